"""What a newer version of Ao wrote, on the screen of this one."""

from tests.unit.dashboard.visitor import VisitorTest

NEEDED = "was written by a newer ao (format 99); this version reads up to 1: upgrade to ao 0.4.0"
TAGS_NEEDED = NEEDED.replace("up to 1", "up to 3")
NEWER = '{"format": 99, "needs": "0.4.0"}'


class NewerTest(VisitorTest):
    def mark(self) -> None:
        """Have the green system's stack say a newer format."""
        for it in self.cloud.openstack.project("shop").heat.tops():
            if it.name == "ao-shop-green":
                it.tags |= {"ao:format=99", "ao:needs=0.4.0"}

    def test_tags_are_told_with_the_version_that_is_needed(self) -> None:
        self.mark()
        assert f"stack ao-shop-green {TAGS_NEEDED}" in self.text("now", "shop")
        assert "ao 0.4.0 に更新してください" in self.text("now", "shop", language="ja")

    def test_a_site_file_is_told_and_the_site_is_shown_without_it(self) -> None:
        self.cloud.software_configs.add("ao.site/shop/0123456789abcdef", NEWER)
        page = self.text("now", "shop")
        assert NEEDED in page
        assert "Nothing was done to this site yet." in page

    def test_a_deploy_is_refused(self) -> None:
        shown = self.shown("deploy")
        self.mark()
        before = self.cloud.stacks.all()
        assert TAGS_NEEDED in self.told(self.post("deploy", **{**shown, "version": "3.0"}))
        assert self.cloud.stacks.all() == before

    def test_findings_take_no_form_down(self) -> None:
        self.cloud.software_configs.add("ao-shop-doctor", NEWER)
        assert NEEDED in self.text("action", "shop", "switch")
