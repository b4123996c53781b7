package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.review.PageClient;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.report.fixture.Browser;

/** A review that is killed while its page is open resumes where it stopped. */
@FullBuild("kills processes and starts a browser")
class ReviewKillTest {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/[\\w-]{32}/");
    private static final int EVENTS = 8;
    private static final int KILLS = Integer.getInteger("unmute.kills", 3);
    private static final long LEARNING_MILLIS = 4000;

    @TempDir
    Path folder;

    @TempDir
    Path profile;

    private Process start(Object... line) throws IOException {
        return Java.start(folder.resolve("out.txt"), List.of(Ran.line("review", line)));
    }

    private Path events() {
        return folder.resolve("events/events.csv");
    }

    private Path recordings() {
        return folder.resolve("recordings");
    }

    private URI address(Process review) throws Exception {
        while (review.isAlive()) {
            Matcher m = ADDRESS.matcher(Files.readString(folder.resolve("out.txt")));
            if (m.find()) {
                return URI.create(m.group());
            }
            Thread.sleep(50);
        }
        throw new AssertionError(Files.readString(folder.resolve("out.txt")));
    }

    private List<Verdict> verdicts() throws IOException {
        return VerdictJournal.read(events().getParent()).all();
    }

    /** Kills reviews while they learn; {@code -Dunmute.kills=N} for more. */
    @Test
    void learningThatWasKilledIsDoneAgain() throws Exception {
        Path probe = DetectFixture.probes(folder, "protobin").getFirst();
        Path found = folder.resolve("found");
        Path hours = folder.resolve("hours");
        DetectFixture.recordings(recordings(), 6);
        Object[] detect = {"detect", "-q", "--probe", probe, "--audio", recordings(), "--threshold", 0.3, "--out", found
        };
        Ran.ok(detect);
        Ran.ok("embed", "-q", "--audio", recordings(), "--out", hours);
        SplittableRandom random = new SplittableRandom(Long.getLong("unmute.kills.seed", 1));
        List<Verdict> known = List.of();
        int during = 0;
        long milliseconds = LEARNING_MILLIS;
        for (int kill = 0; kill <= KILLS; kill++) {
            Process review = start(found, "--audio", recordings(), "--verdict-cache", hours);
            try {
                PageClient page = new PageClient(address(review));
                assertThat(VerdictJournal.read(found).all()).isEqualTo(known);
                JsonNode asked =
                        page.get("ask?window=w&kind=sample&label=").json().path("question");
                if (!asked.isMissingNode()) {
                    Map<String, Object> verdict =
                            Map.of("event", asked.path("id").asText(), "answer", "yes");
                    assertThat(page.post("verdict", verdict).status()).isEqualTo(200);
                }
                known = VerdictJournal.read(found).all();
                assertThat(page.post("learn", Map.of("sample", true)).status()).isEqualTo(200);
                if (kill == KILLS) {
                    assertLearned(page);
                } else {
                    Thread.sleep(random.nextLong(milliseconds));
                    during += page.get("learning").json().path("running").asBoolean() ? 1 : 0;
                }
            } finally {
                review.destroyForcibly().waitFor();
            }
            Ran.ok("fsck", found);
        }
        System.out.println(
                "learning: " + KILLS + " kills, " + during + " while it learned; " + known.size() + " verdicts kept");
        assertThat(during).isPositive();
        assertThat(known).hasSizeGreaterThanOrEqualTo(Math.min(KILLS, EVENTS / 2));
    }

    private static void assertLearned(PageClient page) throws Exception {
        JsonNode learning = page.get("learning").json();
        while (learning.path("running").asBoolean()) {
            Thread.sleep(100);
            learning = page.get("learning").json();
        }
        assertThat(learning.path("failure").asText()).isEmpty();
        assertThat(learning.path("result").path("classes")).isNotEmpty();
        String where = learning.path("result").path("lines").path(0).asText();
        Matcher folders = Pattern.compile("The probe is in (.*), its events are in (.*)\\.")
                .matcher(where);
        assertThat(folders.matches()).as(where).isTrue();
        Ran.ok("fsck", folders.group(1));
        Ran.ok("fsck", folders.group(2));
    }

    @Test
    void verdictsStayAndTheReviewGoesOn() throws Exception {
        assumeTrue(
                Browser.program().isPresent(),
                "no chromium or google-chrome on the PATH: the page is not opened in a browser");
        DetectFixture.recordings(recordings(), 1);
        Files.createDirectories(events().getParent());
        StringBuilder table = new StringBuilder("file,onset,offset,label,score\n");
        for (int i = 0; i < EVENTS; i++) {
            table.append("0.wav,0.")
                    .append(i)
                    .append(",0.")
                    .append(i + 1)
                    .append(",wren,0.")
                    .append(i + 1)
                    .append('\n');
        }
        Files.writeString(events(), table);
        Process review = start(events(), "--audio", recordings());
        try (Browser browser = new Browser(Browser.program().get(), profile)) {
            browser.open(address(review));
            for (int i = 0; i < 3; i++) {
                String event = browser.until("document.documentElement.dataset.event");
                browser.key(i == 1 ? "n" : "y", false);
                browser.until("document.documentElement.dataset.event !== '" + event + "' && !document.body.className");
            }
            review.destroyForcibly().waitFor();
            List<Verdict> before = verdicts();
            assertThat(before).hasSize(3);
            browser.key("y", false);
            assertThat(browser.until("document.getElementById('notice').textContent"))
                    .contains("run unmute review again");

            review = start(events(), "--audio", recordings());
            browser.open(address(review));
            String event = browser.until("document.documentElement.dataset.event");
            assertThat(browser.until("document.documentElement.dataset.verdicts"))
                    .isEqualTo("3");
            browser.key("y", false);
            browser.until("document.documentElement.dataset.event !== '" + event + "' && !document.body.className");
            assertThat(verdicts().subList(0, 3)).isEqualTo(before);
            assertThat(verdicts())
                    .extracting(v -> v.event().key())
                    .doesNotHaveDuplicates()
                    .hasSize(4);
            browser.evaluate("document.getElementById('stop').click()");
            assertThat(browser.until("document.documentElement.dataset.ended")).isEqualTo("yes");
            assertThat(review.waitFor()).isEqualTo(ExitCode.OK);
            assertThat(Files.readString(folder.resolve("out.txt"))).contains("wren");
        } finally {
            review.destroyForcibly().waitFor();
        }
    }
}
