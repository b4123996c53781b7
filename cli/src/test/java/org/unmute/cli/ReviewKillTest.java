package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.report.fixture.Browser;

/** A review that is killed while its page is open resumes where it stopped. */
@FullBuild("kills processes and starts a browser")
class ReviewKillTest {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/[\\w-]{32}/");
    private static final int EVENTS = 8;

    @TempDir
    Path folder;

    @TempDir
    Path profile;

    private Process start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                Java.joined(Java.path()),
                "org.unmute.cli.Main"));
        command.addAll(
                List.of("review", events().toString(), "--audio", recordings().toString()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out.txt").toFile())
                .start();
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
        Process review = start();
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

            review = start();
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
