package org.unmute.cli.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.report.fixture.Browser;

/** The page of a review in a browser. */
@FullBuild("starts a browser")
class ReviewPageTest {
    private static final Path PICTURES = Path.of("target", "review-test");

    @TempDir
    Path folder;

    @TempDir
    Path profile;

    private ReviewFixture review;
    private Browser browser;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(
                Browser.program().isPresent(),
                "no chromium or google-chrome on the PATH: the page is not opened in a browser");
        review = new ReviewFixture(folder);
        browser = new Browser(Browser.program().get(), profile);
        browser.screen(1280, 900, false);
        browser.open(review.session.address());
        browser.until("document.documentElement.dataset.event");
    }

    @AfterEach
    void stop() throws IOException {
        if (browser != null) {
            browser.close();
            review.close();
        }
    }

    private List<Verdict> verdicts() throws IOException {
        return VerdictJournal.read(folder).all();
    }

    private String event() throws IOException {
        return browser.until("document.documentElement.dataset.event");
    }

    /** Presses a key and waits until another event is asked. */
    private void judge(String key) throws IOException {
        String before = event();
        browser.key(key, false);
        browser.until("document.documentElement.dataset.event !== '" + before + "' && !document.body.className");
    }

    @Test
    void oneKeyGivesOneVerdict() throws IOException {
        assertThat(browser.until("document.getElementById('sound').currentTime > 0.2"))
                .isEqualTo("true");
        assertThat(browser.until("parseFloat(document.getElementById('head').style.left) > 1"))
                .isEqualTo("true");
        String first = event();
        judge("y");
        judge("n");
        judge("u");
        assertThat(verdicts()).extracting(Verdict::answer).containsExactly(Answer.YES, Answer.NO, Answer.UNSURE);
        assertThat(verdicts())
                .allMatch(v -> v.took() > 0 && v.box() == null && v.draw().isSample());
        assertThat(EventId.of(verdicts().getFirst().event().key())).isEqualTo(first);

        String fourth = event();
        browser.key("o", false);
        browser.type("robin");
        browser.press("Enter");
        browser.until("document.documentElement.dataset.event !== '" + fourth + "'");
        assertThat(verdicts().getLast().other()).isEqualTo("robin");
        browser.key("z", false);
        browser.until("document.documentElement.dataset.event === '" + fourth + "'");
        assertThat(verdicts()).hasSize(3);
        for (int i = 0; i < 3; i++) {
            judge("ArrowLeft");
        }
        assertThat(event()).isEqualTo(first);
        assertThat(browser.until("document.getElementById('given').textContent"))
                .isEqualTo("Verdict: yes.");
        judge("n");
        assertThat(VerdictJournal.read(folder).latest().getFirst().answer()).isEqualTo(Answer.NO);
        assertThat(browser.until("document.documentElement.dataset.verdicts === '3'"))
                .isEqualTo("true");
        assertNothingElseWasLoaded();
    }

    private void assertNothingElseWasLoaded() {
        assertThat(browser.errors()).isEmpty();
        assertThat(browser.requests())
                .allMatch(r -> r.startsWith(review.session.address().toString()) || r.startsWith("data:"));
    }

    @Test
    void edgesFollowMouseAndKeys() throws IOException {
        double pixels = browser.evaluate("document.getElementById('field').getBoundingClientRect().width")
                .asDouble();
        browser.drag("#e-end", 0.1 * pixels, 0);
        browser.key("ArrowUp", true);
        judge("y");
        Verdict verdict = verdicts().getFirst();
        double shown = Math.min(20, verdict.event().end() + 1)
                - Math.max(0, verdict.event().start() - 1);
        assertThat(verdict.box().start()).isEqualTo(verdict.event().start());
        assertThat(verdict.box().end()).isCloseTo(verdict.event().end() + 0.1 * shown, within(0.02));
        assertThat(verdict.box().high()).isCloseTo(verdict.event().high() + 40, within(1e-6));
        browser.key("ArrowLeft", true);
        browser.key("Escape", false);
        judge("y");
        assertThat(verdicts().getLast().box()).isNull();
    }

    @Test
    void thePictureIsEnlargedAndAnExampleHeard() throws IOException {
        browser.evaluate("(() => { const s = document.getElementById('w-class'); s.value = '2';"
                + " s.dispatchEvent(new Event('change')); })()");
        browser.until("document.getElementById('what').textContent === 'Is it wren?'");
        double small = height();
        browser.key("v", false);
        browser.until("document.getElementById('picture').naturalWidth === 2000");
        assertThat(height()).isGreaterThan(2 * small);
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve("enlarged.png"), browser.picture());
        browser.key("v", false);
        browser.until("document.getElementById('picture').naturalWidth === 1000");
        assertThat(browser.until("document.getElementById('example-name').textContent"))
                .isEqualTo("wren.wav");
        browser.key("t", false);
        browser.until("document.getElementById('example-sound').currentTime > 0.2");
        browser.until("document.getElementById('sound').paused");
        browser.key(" ", false);
        browser.until("document.getElementById('example-sound').paused");
        assertNothingElseWasLoaded();
    }

    private double height() throws IOException {
        return browser.evaluate("document.getElementById('field').getBoundingClientRect().height")
                .asDouble();
    }

    @Test
    void aSampleAloneTeachesAtAPrice() throws IOException {
        review.close();
        review = new ReviewFixture(folder, new Learner() {
            @Override
            public List<String> commands() {
                return List.of();
            }

            @Override
            public Learned learn(boolean withSample, VerdictLog log, java.util.function.Consumer<String> progress)
                    throws IOException {
                throw new IOException("with the sample: " + withSample);
            }
        });
        browser.open(review.session.address());
        String learn = "document.getElementById('learn')?.textContent";
        browser.until(learn + " === 'Learn from verdicts' && document.getElementById('learn').disabled");
        judge("y");
        judge("n");
        browser.until(learn + " === 'Learn from 2 verdicts; this sample then no longer estimates'");
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve("learn.png"), browser.picture());
        browser.evaluate("document.getElementById('learn').click()");
        browser.until("document.getElementById('learn-part').textContent.includes('with the sample: true')");
    }

    @Test
    void windowsDoNotFight(@TempDir Path another) throws IOException {
        try (Browser second = new Browser(Browser.program().get(), another)) {
            second.open(review.session.address());
            String theirs = second.until("document.documentElement.dataset.event");
            assertThat(theirs).isNotEqualTo(event());
            String own = event();
            review.page.post("verdict", Map.of("window", "third", "event", own, "answer", "no", "standing", 0));
            browser.key("y", false);
            assertThat(browser.until("document.querySelector('#d-conflict[open] p')?.textContent"))
                    .contains("another window said no");
            assertThat(verdicts()).hasSize(1);
            browser.evaluate("document.getElementById('keep').click()");
            browser.until("document.documentElement.dataset.event !== '" + own + "'");
            assertThat(event()).isNotEqualTo(theirs);
            second.key("y", false);
            second.until("document.documentElement.dataset.event !== '" + theirs + "'");
            assertThat(verdicts()).extracting(Verdict::answer).containsExactly(Answer.NO, Answer.YES);
        }
    }

    @Test
    void hostileNamesAreText() throws IOException {
        browser.evaluate("(() => { const s = document.getElementById('w-class'); s.value = '0';"
                + " s.dispatchEvent(new Event('change')); })()");
        String shown = ReviewFixture.HOSTILE.replace('\u202E', '\uFFFD');
        assertThat(browser.until(
                        "document.getElementById('what').textContent.includes('gnp')" + " && document.body.innerText"))
                .contains("Is it " + shown + "?")
                .contains(shown + "/a.wav")
                .contains("Review of dawn " + shown);
        assertThat(browser.evaluate("document.querySelectorAll('img').length").asInt())
                .isEqualTo(2);
        assertThat(browser.until("document.body.innerText")).startsWith("Is it " + shown + "?");
        assertThat(browser.until("document.getElementById('total').innerText")).startsWith("All 3 classes\t9\t");
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve("1280.png"), browser.picture());
        browser.screen(1280, 900, true);
        Files.write(PICTURES.resolve("1280-dark.png"), browser.picture());
        browser.screen(400, 800, false);
        Files.write(PICTURES.resolve("400-light.png"), browser.picture());
        browser.screen(400, 800, true);
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .as("no scrolling to the side")
                .isEqualTo(400);
        Files.write(PICTURES.resolve("400.png"), browser.picture());
        assertNothingElseWasLoaded();
        browser.evaluate("document.getElementById('stop').click()");
        assertThat(browser.until("document.documentElement.dataset.ended")).isEqualTo("yes");
    }
}
