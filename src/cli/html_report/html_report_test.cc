#include "cli/html_report/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/json.h"
#include "cli/html_report/embedded.h"

namespace thalweg {
namespace {

using testing::HasSubstr;
using testing::Not;

const char kHostile[] =
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\xe2\x80\xa8";

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(HtmlReport, DataCannotLeaveItsElement) {
  const Json data = JsonObject{{kHostile, JsonArray{kHostile, 1.5, nullptr}}};
  const std::string json = JsonForHtml(data);
  EXPECT_EQ(json.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(json.find("\xe2\x80\xa8"), std::string::npos);
  EXPECT_EQ(ParseJson(json, "test"), data);

  const std::string page = HtmlReport(data);
  const std::string calm = HtmlReport(JsonObject());
  EXPECT_EQ(Count(page, "<script"), Count(calm, "<script"));
  EXPECT_EQ(Count(page, "</script"), Count(calm, "</script"));
  EXPECT_EQ(Count(page, "<img"), Count(calm, "<img"));
}

TEST(HtmlReport, IsSelfContained) {
  const std::string page = HtmlReport(JsonObject());
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, HasSubstr("Chart.js v4"));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, Not(HasSubstr(" src=\"http")));
  // What is embedded holds nothing that ends its element.
  for (std::string_view part : {internal::ChartLibrary(), internal::PageScript()}) {
    EXPECT_EQ(part.find("</script"), std::string_view::npos);
    EXPECT_EQ(part.find("innerHTML ="), std::string_view::npos);
  }
  EXPECT_EQ(internal::PageStyle().find("</style"), std::string_view::npos);
}

}  // namespace
}  // namespace thalweg
