package org.unmute.report.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.fixture.RunFixture;
import org.unmute.benchmark.results.ClipIntervals;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.Published;
import org.unmute.benchmark.results.RunComparison;
import org.unmute.benchmark.results.WinRule;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.report.demo.DemoPage;
import org.unmute.report.demo.DemoPageTest;
import org.unmute.report.fixture.Browser;

/** The reports in a real browser. The screenshots in {@code target/report-test} are for visual inspection. */
@FullBuild("starts a browser")
class BrowserReportTest {
    private static final Path PICTURES = Path.of("target", "report-test");
    private static Browser browser;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start(@TempDir Path profile) throws IOException {
        Optional<Path> program = Browser.program();
        assumeTrue(
                program.isPresent(), "no chromium or google-chrome on the PATH: the report is not opened in a browser");
        browser = new Browser(program.get(), profile);
        Files.createDirectories(PICTURES);
    }

    @AfterAll
    static void stop() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    private void openBenchmark() throws IOException {
        ComparedRuns results = RunComparison.read(
                List.of(RunFixture.standard(folder.resolve("run")).folder()));
        ReportFolder.write(
                folder.resolve("out"),
                ReportFolder.files(
                        "Two encoders, two data sets",
                        BenchmarkReport.summary(results),
                        BenchmarkReport.sections(
                                results, Published.read(), WinRule.POOLED, ClipIntervals.none(), List.of()),
                        Instant.parse("2026-01-02T03:04:05Z")));
        browser.open(folder.resolve("out").resolve(ReportFolder.PAGE));
    }

    private static void asksForNothingAndReportsNoError() {
        assertThat(browser.errors()).isEmpty();
        assertThat(browser.requests()).isNotEmpty();
        assertThat(browser.requests().subList(1, browser.requests().size()))
                .allSatisfy(r -> assertThat(r).startsWith("data:"));
    }

    /** All images are decoded, including those in hidden parts of the page. */
    private static void picturesAreDecoded(int least) throws IOException {
        JsonNode sizes = browser.evaluate(
                "Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth * i.naturalHeight, e"
                        + " => 0)))");
        assertThat(sizes.size()).isGreaterThanOrEqualTo(least);
        assertThat(sizes).allSatisfy(n -> assertThat(n.asInt()).isPositive());
    }

    private static void picture(String name, int width, boolean dark) throws IOException {
        browser.screen(width, 900, dark);
        Files.write(PICTURES.resolve(name), browser.picture());
    }

    @Test
    void theBenchmarkReportNeedsNothingElse() throws IOException {
        openBenchmark();
        asksForNothingAndReportsNoError();
        picturesAreDecoded(0);
        assertThat(browser.evaluate("document.scripts.length").asInt()).isZero();
        picture("benchmark-light.png", 1280, false);
        picture("benchmark-dark.png", 1280, true);
        picture("benchmark-narrow.png", 420, false);
        picture("benchmark-wide.png", 1680, false);
        browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
        picture("benchmark-open.png", 1280, false);
        Files.write(PICTURES.resolve("benchmark.pdf"), browser.print());
        asksForNothingAndReportsNoError();
    }

    @Test
    void figuresHaveAxesWithTicksInsideTheirFrame() throws IOException {
        openBenchmark();
        browser.screen(1280, 900, false);
        browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
        JsonNode figures = browser.evaluate("""
            [...document.querySelectorAll('svg.chart')].map(s => ({id: s.id, name: s.querySelector('title').textContent,
                width: s.getBoundingClientRect().width, texts: [...s.querySelectorAll('text')].map(t => t.textContent),
                outside: [...s.querySelectorAll('text')].filter(t => { const b = t.getBoundingClientRect(), f = \
            s.getBoundingClientRect();
                    return b.left < f.left - 1 || b.right > f.right + 1 || b.top < f.top - 1 || b.bottom > f.bottom \
            + 1; }).map(t => t.textContent)}))\
            """);
        assertThat(figures.size()).isGreaterThan(20);
        assertThat(figures).allSatisfy(f -> {
            assertThat(f.path("name").asText()).isNotBlank();
            assertThat(f.path("width").asDouble()).isGreaterThan(150);
            assertThat(f.path("outside"))
                    .as("text outside of figure %s", f.path("name"))
                    .isEmpty();
        });
        for (String axis : List.of(
                "epoch",
                "prototypes a class",
                "gain (pp)",
                "clips a second",
                "average precision (%)",
                "confidence (%)")) {
            long numbers = 0;
            for (JsonNode f : figures) {
                List<String> texts = new ArrayList<>();
                f.path("texts").forEach(t -> texts.add(t.asText()));
                if (texts.contains(axis)) {
                    numbers = Math.max(
                            numbers,
                            texts.stream()
                                    .filter(t -> t.matches("\u2212?[0-9.]+[kM]?"))
                                    .count());
                }
            }
            assertThat(numbers).as("numbers on the axis '%s'", axis).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void tablesAreReadableByScreenReaders() throws IOException {
        openBenchmark();
        JsonNode tables = browser.evaluate("""
            [...document.querySelectorAll('table')].map(t => ({caption: t.caption.textContent,
                bad: [...t.querySelectorAll('th')].filter(h => !['col', 'row', 'rowgroup'].includes(h.scope)).length,
                rows: t.rows.length, uneven: [...t.tBodies].flatMap(b => [...b.rows]).filter(r => \
            !r.classList.contains('group')
                    && r.cells.length != t.tHead.rows[0].cells.length).length}))\
            """);
        assertThat(tables.size()).isGreaterThan(8);
        assertThat(tables).allSatisfy(t -> {
            assertThat(t.path("caption").asText()).isNotBlank();
            assertThat(t.path("bad").asInt()).isZero();
            assertThat(t.path("uneven").asInt()).isZero();
            assertThat(t.path("rows").asInt()).isGreaterThan(1);
        });
        assertThat(browser.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id).filter((x, i, all) =>"
                        + " all.indexOf(x) != i)"))
                .isEmpty();
        assertThat(browser.evaluate("document.documentElement.lang").asText()).isEqualTo("en");
        assertThat(browser.evaluate("[...document.querySelectorAll('tr.published td b')].length")
                        .asInt())
                .isZero();
        assertThat(browser.evaluate("document.querySelectorAll('tr.published').length")
                        .asInt())
                .isPositive();
    }

    @Test
    void contentsAreReachedByKeyboard() throws IOException {
        openBenchmark();
        browser.press("Tab");
        assertThat(browser.evaluate("document.activeElement.className").asText())
                .isEqualTo("skip");
        browser.press("Tab");
        browser.press("Tab");
        assertThat(browser.evaluate("document.activeElement.hash").asText()).isEqualTo("#wins");
        browser.press("Enter");
        assertThat(browser.evaluate("location.hash").asText()).isEqualTo("#wins");
        assertThat(browser.evaluate("[...document.querySelectorAll('nav a')].filter(a =>"
                                + " !document.querySelector(a.hash)).length")
                        .asInt())
                .isZero();
    }

    @Test
    void nothingStandsOverTheEdgeOfTheScreen() throws IOException {
        openBenchmark();
        browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
        for (int width : new int[] {360, 800, 1280, 1680}) {
            browser.screen(width, 900, false);
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .as("width of the page at %d", width)
                    .isEqualTo(width);
        }
    }

    @Test
    void theDemoReportHasPicturesAndSound() throws IOException {
        Path file = folder.resolve("report.html");
        DemoPage.write(DemoPageTest.model("Unmute demo"), file);
        browser.open(file);
        picturesAreDecoded(4);
        assertThat(browser.evaluate(
                                "new Promise(r => { const a = document.querySelector('audio'); if (a.readyState > 0)"
                                        + " r(a.duration); a.onloadedmetadata = () => r(a.duration); a.onerror = () =>"
                                        + " r(-1); })")
                        .asDouble())
                .isGreaterThan(2.9);
        asksForNothingAndReportsNoError();
        picture("demo-light.png", 1000, false);
        picture("demo-dark.png", 1000, true);
        for (int width : new int[] {360, 400, 1000}) {
            picture("demo-" + width + ".png", width, false);
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .as("width of the page at %d", width)
                    .isEqualTo(width);
        }
    }

    @Test
    void aPageThatAsksForSomethingIsNoticed() throws IOException {
        Path file = folder.resolve("bad.html");
        Files.writeString(
                file,
                "<!DOCTYPE html><html><body><img src=\"http://127.0.0.1:9/x.png\"><img"
                        + " src=\"data:image/png;base64,AAAA\"><script>console.error('no');"
                        + "nothing.there()</script></body></html>");
        browser.open(file);
        assertThat(browser.requests()).contains("http://127.0.0.1:9/x.png");
        assertThat(browser.errors())
                .anySatisfy(e -> assertThat(e).contains("no"))
                .anySatisfy(e -> assertThat(e).contains("ReferenceError"));
        assertThat(browser.evaluate("Promise.all([...document.images].map(i => i.decode().then(() => 1, e => 0)))"))
                .allSatisfy(n -> assertThat(n.asInt()).isZero());
    }

    @Test
    void thePolicyKeepsAPageFromAsking() throws IOException {
        Path file = folder.resolve("tampered.html");
        DemoPage.write(DemoPageTest.model("Unmute demo"), file);
        Files.writeString(
                file, Files.readString(file).replace("<footer>", "<img src=\"http://127.0.0.1:9/x.png\"/><footer>"));
        browser.open(file);
        assertThat(browser.errors()).anySatisfy(e -> assertThat(e).contains("Content Security Policy"));
    }
}
