package org.unmute.report.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.probes.event.Band;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.report.fixture.Browser;

/** The event page in a real browser. The screenshots in {@code target/event-test} are for visual inspection. */
@FullBuild("starts a browser")
class EventPageBrowserTest {
    private static final Path PICTURES = Path.of("target", "event-test");
    private static final int CLASS = 1;
    private static final int SCORE = 2;
    private static final int START = 3;

    private static Browser browser;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start(@TempDir Path profile) throws IOException {
        Optional<Path> program = Browser.program();
        assumeTrue(
                program.isPresent(), "no chromium or google-chrome on the PATH: the page is not opened in a browser");
        browser = new Browser(program.get(), profile);
        Files.createDirectories(PICTURES);
    }

    @AfterAll
    static void stop() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    private EventPage.Rendered open(Scene scene, EventPageLimits limits) throws IOException {
        Path file = Files.createDirectories(folder.resolve("out")).resolve("events.html");
        EventPage.Rendered rendered = scene.page(limits).write(PageEvents.of(scene.events), scene, file);
        assertThat(Files.size(file)).isLessThanOrEqualTo(limits.bytes());
        browser.screen(1280, 900, false);
        browser.open(file);
        isQuiet();
        return rendered;
    }

    /** No error was reported and no resource was requested. */
    private static void isQuiet() {
        assertThat(browser.errors()).isEmpty();
        assertThat(browser.requests().subList(1, browser.requests().size()))
                .allSatisfy(r -> assertThat(r).startsWith("data:"));
    }

    private static void set(String id, String value) throws IOException {
        browser.evaluate("{ const e = document.getElementById('" + id + "'); e.value = '" + value
                + "'; e.dispatchEvent(new Event('input')); }");
    }

    private static void click(String selector) throws IOException {
        browser.evaluate("document.querySelector(\"" + selector + "\").click()");
    }

    private static String text(String id) throws IOException {
        return browser.evaluate("document.getElementById('" + id + "').textContent")
                .asText()
                .replace('\u202F', ',');
    }

    /** The visible cells of a column. */
    private static List<String> column(int index) throws IOException {
        List<String> texts = new ArrayList<>();
        browser.evaluate("[...document.querySelectorAll('#rows tr')].map(r => r.cells[" + index + "].textContent)")
                .forEach(t -> texts.add(t.asText()));
        return texts;
    }

    private static void heading(int index) throws IOException {
        click("#columns th:nth-child(" + (index + 1) + ") button");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static void picture(String name, int width, boolean dark) throws IOException {
        browser.screen(width, 900, dark);
        Files.write(PICTURES.resolve(name), browser.picture());
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .as("width of the page at %d", width)
                .isEqualTo(width);
    }

    @Test
    void theFirstPictureIsSeenWithoutTheList() throws IOException {
        open(Scene.of(3, 600, 200, "2026%02d.wav"), EventPageLimits.DEFAULT);
        assertThat(browser.evaluate("document.querySelector('.snippet img').getBoundingClientRect().top")
                        .asInt())
                .as("pixels above it, on a screen of 900")
                .isLessThan(900);
    }

    /** A shade lies on each edge behind which a table goes on, and only there. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTableThatIsCutShowsIt(boolean dark) throws IOException {
        open(Scene.of(3, 600, 200, "2026%02d.wav"), EventPageLimits.DEFAULT);
        browser.screen(390, 900, dark);
        assertThat(shades("0")).containsExactly(false, true);
        assertThat(shades("60")).containsExactly(true, true);
        assertThat(shades("9999")).containsExactly(true, false);
        browser.screen(1280, 900, dark);
        assertThat(shades("0")).containsExactly(false, false);
    }

    /** Whether the table of classes has a shade on its left and on its right, after it was scrolled. */
    private static List<Boolean> shades(String scrolled) throws IOException {
        JsonNode box =
                browser.evaluate("(() => { const s = document.querySelector('.scroll'); s.scrollLeft = " + scrolled
                        + "; const r = s.getBoundingClientRect(), h = s.querySelector('thead').getBoundingClientRect();"
                        + " return [r.left, r.right, h.top + 3]; })()");
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(browser.picture()));
        int y = box.path(2).asInt();
        int card = picture.getRGB(box.path(0).asInt() - 4, y);
        return List.of(
                picture.getRGB(box.path(0).asInt() + 1, y) != card,
                picture.getRGB(box.path(1).asInt() - 2, y) != card);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 1000, 100_000})
    void theListIsSortedAndFiltered(int count) throws IOException {
        Scene scene = Scene.of(Math.max(2, count / 500), 600, count, "site-7/202605%02d_0%d3000.wav");
        EventPage.Rendered rendered = open(scene, EventPageLimits.DEFAULT);
        System.out.printf(
                "event page of %d events: %.1f MB, %d snippets, list ready %s ms after the page was asked for%n",
                count,
                rendered.html().length() / 1e6,
                rendered.snippets(),
                browser.evaluate("document.documentElement.dataset.ready").asText());
        assertThat(rendered.listed()).isEqualTo(count);
        assertThat(rendered.leftOut()).isZero();
        assertThat(text("count")).isEqualTo(String.format("%,d events", count));
        picture(count + "-light.png", 1280, false);
        picture(count + "-dark.png", 1280, true);
        picture(count + "-narrow.png", 390, false);

        int rows = Math.min(25, count);
        assertThat(column(SCORE))
                .isEqualTo(scene.events.stream()
                        .map(PageEvent::score)
                        .sorted(Comparator.reverseOrder())
                        .limit(rows)
                        .map(s -> number(s))
                        .toList());
        heading(SCORE);
        assertThat(column(SCORE).getFirst())
                .isEqualTo(number(scene.events.stream()
                        .mapToDouble(PageEvent::score)
                        .min()
                        .orElseThrow()));
        heading(CLASS);
        assertThat(column(CLASS)).isSorted();
        assertThat(browser.evaluate(
                        "[...document.querySelectorAll('[aria-sort]')].map(h => h.ariaSort + h.textContent)"))
                .hasToString("[\"ascendingClass\"]");
        if (count > 25) {
            click("#p-last");
            assertThat(column(CLASS)).contains("wren");
            assertThat(text("p-text")).isEqualTo(String.format("page %1$,d of %1$,d", Math.ceilDiv(count, 25)));
        }

        click("a[data-class='blackcap']");
        List<PageEvent> blackcaps =
                scene.events.stream().filter(e -> e.label().equals("blackcap")).toList();
        assertThat(column(CLASS)).isNotEmpty().containsOnly("blackcap");
        assertThat(text("count")).isEqualTo(String.format("%,d of %,d events", blackcaps.size(), count));
        set("f-min", "0.6");
        set("f-file", "20260502");
        long left = blackcaps.stream()
                .filter(e -> Math.round(e.score() * 1e4) >= 6000 && e.file().contains("20260502"))
                .count();
        assertThat(text("count")).startsWith(String.format("%,d of ", left));
        set("f-file", "nowhere");
        assertThat(text("count")).startsWith("0 of ");
        assertThat(column(CLASS)).isEmpty();
        isQuiet();
    }

    @Test
    void boxesLieOnTheSoundsThatTheyMark() throws IOException {
        Scene scene = new Scene();
        scene.files.add(new SoundFile("a.wav", "a.wav", 0, 60));
        scene.add(new PageEvent("a.wav", 20, 21, "robin", 0.9, new Band(2000, 3000, false)));
        scene.add(new PageEvent("a.wav", 40, 41, "dunnock", 0.8, new Band(0, 8000, true)));
        open(scene, EventPageLimits.DEFAULT);
        JsonNode boxes = browser.evaluate("""
            [...document.querySelectorAll('.snippet')].map(s => {
              const f = s.querySelector('.field').getBoundingClientRect();
              const b = s.querySelector('.box').getBoundingClientRect();
              const image = s.querySelector('img'), c = document.createElement('canvas');
              c.width = image.naturalWidth; c.height = image.naturalHeight;
              const g = c.getContext('2d');
              g.drawImage(image, 0, 0);
              const mean = (x0, x1, y0, y1) => {
                let sum = 0, n = 0;
                for (let x = Math.ceil(x0 * c.width); x1 * c.width > x + 1; x++) {
                  let max = 0;
                  for (let y = Math.ceil(y0 * c.height); y1 * c.height > y + 1; y++) {
                    max = Math.max(max, g.getImageData(x, y, 1, 1).data[1]);
                  }
                  sum += max; n++;
                }
                return sum / n;
              };
              const x0 = (b.left - f.left) / f.width, x1 = (b.right - f.left) / f.width;
              const y0 = (b.top - f.top) / f.height, y1 = (b.bottom - f.top) / f.height;
              return {x0, x1, y0, y1, inside: mean(x0, x1, y0, y1), before: mean(0, x0 - .02, y0, y1),
                above: mean(x0, x1, 0, y0 - .02)};
            })\
            """);
        assertThat(boxes.size()).isEqualTo(2);
        JsonNode full = boxes.get(0);
        assertThat(full.path("y0").asDouble()).isCloseTo(0, within(0.01));
        assertThat(full.path("y1").asDouble()).isCloseTo(1, within(0.01));
        JsonNode robin = boxes.get(1);
        // 3 s from 19 s to 22 s, 0 to 8 kHz
        assertThat(robin.path("x0").asDouble()).isCloseTo(1 / 3.0, within(0.01));
        assertThat(robin.path("x1").asDouble()).isCloseTo(2 / 3.0, within(0.01));
        assertThat(robin.path("y0").asDouble()).isCloseTo(5 / 8.0, within(0.01));
        assertThat(robin.path("y1").asDouble()).isCloseTo(6 / 8.0, within(0.01));
        assertThat(robin.path("inside").asDouble())
                .as("green of the sweep, which is yellow")
                .isGreaterThan(200);
        assertThat(robin.path("before").asDouble()).isLessThan(160);
        assertThat(robin.path("above").asDouble()).isLessThan(160);
    }

    @Test
    void theBoxThatWasTaughtLiesBesideTheOneThatIsFound() throws IOException {
        Scene scene = new Scene();
        scene.taught.put(
                "robin",
                TrainingBoxes.OfClass.of(List.of(
                        new TrainingBoxes.Box(0.4, 1000, 4000),
                        new TrainingBoxes.Box(0.5, 1500, 4500),
                        new TrainingBoxes.Box(0.9, 2000, 6000))));
        scene.files.add(new SoundFile("a.wav", "a.wav", 0, 60));
        scene.add(new PageEvent("a.wav", 20, 21, "robin", 0.9, new Band(2000, 3000, false)));
        scene.add(new PageEvent("a.wav", 40, 41, "dunnock", 0.8, new Band(0, 8000, true)));
        open(scene, EventPageLimits.DEFAULT);
        JsonNode boxes = browser.evaluate("""
            [...document.querySelectorAll('.snippet')].map(s => {
              const f = s.querySelector('.field').getBoundingClientRect();
              const t = s.querySelector('.taught');
              if (!t) return null;
              const b = t.getBoundingClientRect();
              return [(b.left - f.left) / f.width, (b.right - f.left) / f.width,
                (f.bottom - b.bottom) / f.height, (f.bottom - b.top) / f.height];
            })\
            """);
        assertThat(boxes.get(0).isNull()).as("dunnock").isTrue();
        // 3 s from 19 s to 22 s, 0 to 8 kHz; half a second around 20.5 s
        double[] expected = {1.25 / 3, 1.75 / 3, 1500 / 8000.0, 4500 / 8000.0};
        for (int i = 0; i < expected.length; i++) {
            assertThat(boxes.get(1).get(i).asDouble()).isCloseTo(expected[i], within(0.01));
        }
        String text = browser.evaluate("document.querySelector('main, body').textContent")
                .asText();
        assertThat(text)
                .contains(
                        "Taught by 3 boxes, from 1500 (1100\u20131900) to 4500 (4100\u20135700) Hz, 0.5 (0.4\u20130.8)"
                                + " s long")
                .contains("Taught band")
                .doesNotContain("No box taught");
        JsonNode width = browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth");
        assertThat(width.asBoolean()).isTrue();
        isQuiet();
    }

    @Test
    void eventsArePlayedFromTheirRecordings() throws IOException {
        String name = "d\u00FCsk & dawn #1 100%.wav";
        Path recordings = Files.createDirectories(folder.resolve("re cordings"));
        Scene scene = new Scene();
        scene.files.add(SoundFile.of(folder.resolve("out/events.html"), recordings.resolve(name), name, 0, 20));
        scene.files.add(
                SoundFile.of(folder.resolve("out/events.html"), recordings.resolve("gone.wav"), "gone.wav", 0, 20));
        scene.add(new PageEvent(name, 5, 6, "robin", 0.9, new Band(2000, 3000, false)));
        scene.add(new PageEvent("gone.wav", 5, 6, "robin", 0.8, new Band(2000, 3000, false)));
        scene.write(scene.files.getFirst(), recordings.resolve(name));
        open(scene, EventPageLimits.DEFAULT);
        click("#rows button");
        JsonNode played = browser.evaluate("""
            new Promise(done => { const s = document.getElementById('sound');
              s.onpause = () => done({at: s.currentTime, of: s.duration, error: s.error && s.error.message});
              setTimeout(() => done({at: -1, of: s.duration, error: String(s.error && s.error.message)}), 20000); })\
            """);
        assertThat(played.path("error").isNull()).as(played.toString()).isTrue();
        assertThat(played.path("of").asDouble()).isCloseTo(20, within(0.01));
        assertThat(played.path("at").asDouble())
                .as("it stops at the end of the event")
                .isCloseTo(6, within(0.5));
        assertThat(browser.errors()).isEmpty();
        assertThat(text("playing")).isEqualTo("robin, " + name + ", 0:05.0");
        picture("playing.png", 1280, false);
        click("#rows tr:nth-child(2) button");
        assertThat(browser.evaluate("new Promise(done => setInterval(() => { const t ="
                                + " document.getElementById('playing').textContent; if (t.includes('cannot'))"
                                + " done(t); }, 50))")
                        .asText())
                .contains("gone.wav", "Is the recording still there");
        double length = browser.evaluate(
                        "new Promise(r => { const a = document.querySelector('.snippet audio'); a.onloadedmetadata ="
                                + " () => r(a.duration); a.onerror = () => r(-1); a.load(); a.preload = 'auto'; })")
                .asDouble();
        assertThat(length).isCloseTo(3, within(0.01));
    }

    @Test
    void theListIsUsedByKeyboard() throws IOException {
        open(Scene.of(1, 600, 100, "a.wav"), EventPageLimits.DEFAULT);
        browser.evaluate("document.querySelector('#columns th:nth-child(" + (START + 1) + ") button').focus()");
        browser.press("Enter");
        assertThat(browser.evaluate("document.activeElement.textContent").asText())
                .isEqualTo("Start");
        assertThat(column(START).stream()
                        .map(t -> t.split(":"))
                        .map(t -> 60 * Integer.parseInt(t[0]) + Double.parseDouble(t[1])))
                .isSorted();
        browser.evaluate("document.getElementById('p-next').focus()");
        browser.press("Enter");
        assertThat(text("p-text")).isEqualTo("page 2 of 4");
        assertThat(browser.evaluate("""
            [...document.querySelectorAll('button, input, select, audio')].filter(e => !(e.textContent.trim()
                || e.ariaLabel || e.id == 'sound' || e.closest('label'))).map(e => e.outerHTML)\
            """)).as("controls without a name").isEmpty();
        picture("one-recording.png", 1280, false);
    }

    @Test
    void hostileNamesAreText() throws IOException {
        String evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202Egnp.wav";
        Scene scene = new Scene();
        scene.files.add(new SoundFile(evil, "javascript:alert(3)", 0, 30));
        EventPage page = new EventPage(
                evil, List.of(new EventClass(evil, 0.5)), scene.files, List.of(), EventPageLimits.DEFAULT);
        scene.add(new PageEvent(evil, 5, 6, evil, 0.9, new Band(2000, 3000, false)));
        Path file = folder.resolve("events.html");
        page.write(PageEvents.of(scene.events), scene, file);
        browser.open(file);
        isQuiet();
        assertThat(column(CLASS)).containsExactly(evil.replace('\u202E', '\u25A1'));
        assertThat(browser.evaluate("document.images.length").asInt()).isEqualTo(1);
        assertThat(browser.evaluate("document.scripts.length").asInt()).isEqualTo(2);
        click("a[data-class]");
        assertThat(text("count")).isEqualTo("1 event");
        // only the page's own script may run
        browser.evaluate("{ const s = document.createElement('script'); s.textContent = 'window.bad = 1';"
                + " document.body.append(s); }");
        assertThat(browser.evaluate("window.bad === undefined").asBoolean()).isTrue();
    }
}
