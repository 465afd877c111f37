-- Expands: 1.0 goes on as before. It does not name the column, and its orders are no gifts.
alter table orders add column gift boolean not null default false;
