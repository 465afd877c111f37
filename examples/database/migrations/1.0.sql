create table orders (
    id uuid primary key,
    item text not null check (length(item) between 1 and 100),
    placed timestamptz not null default now()
);
grant select, insert on orders to orders;
