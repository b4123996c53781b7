package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.fixture.RunFixture;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.report.fixture.Browser;

/** A clip in the report: explained by a trained probe on the built-in encoder. */
class ReportClipTest {
    @TempDir
    private static Path folder;

    private static Path run;
    private static Path clip;
    private static Path out;

    @BeforeAll
    static void prepare() throws IOException {
        Ran.ok("demo -q --train 24 --test 12 --seeds 1 --epochs 1 --out {}", folder.resolve("demo"));
        Path recordings = folder.resolve("demo/recordings");
        Ran.ok("embed", "-q", "--encoder", "embedded", "--audio", recordings, "--out", folder.resolve("cache"));
        Ran.ok(
                "probe -q --probe protobin --cache {} --labels {} --epochs 8 --out {}",
                folder.resolve("cache"),
                recordings.resolve("manifest.csv"),
                folder.resolve("probe"));
        run = RunFixture.standard(folder.resolve("run")).folder();
        clip = recordings.resolve("test/000002.wav");
        out = folder.resolve("out");
        Ran.ok("report", "-q", run, "--out", out, "--clip", clip, "--probe", folder.resolve("probe"));
    }

    @Test
    void aLongRecordingIsRefusedBeforeItIsRead() throws IOException {
        Path night = folder.resolve("night.wav");
        byte[] head = Arrays.copyOf(Files.readAllBytes(clip), 44);
        int size = 2 * 16_000 * 3600;
        ByteBuffer.wrap(head)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(4, 36 + size)
                .putInt(40, size);
        try (RandomAccessFile file = new RandomAccessFile(night.toFile(), "rw")) {
            file.write(head);
            file.setLength(44 + size); // a hole, so the file is sparse
        }
        Ran.unmute(
                        "report -q {} --out {} --clip {} --probe {}",
                        run,
                        folder.resolve("refused"),
                        night,
                        folder.resolve("probe"))
                .fails(
                        ExitCode.USAGE,
                        "night.wav is 1 h long; up to 60.0 s are shown at a time: 'unmute explain --at'");
    }

    @Test
    void hasItsPicturesAsFiles() throws IOException {
        assertThat(out.resolve("figures/clip-1/weights.png")).exists();
        assertThat(Files.list(out.resolve("figures/clip-1")).count()).isGreaterThan(5);
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("<a href=\"#clip-1\">Clip 000002.wav</a>", "<audio")
                .contains("This recording is none of the clips that the run of the probe used.");
    }

    @Test
    @FullBuild("starts a browser")
    void isHeardAndSeenInABrowserWithoutRequests(@TempDir Path profile) throws IOException {
        Optional<Path> program = Browser.program();
        assumeTrue(
                program.isPresent(), "no chromium or google-chrome on the PATH: the report is not opened in a browser");
        try (Browser browser = new Browser(program.get(), profile)) {
            browser.open(out.resolve("report.html"));
            JsonNode images = browser.evaluate(
                    "Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth, e => 0)))");
            assertThat(images)
                    .hasSizeGreaterThan(5)
                    .allSatisfy(w -> assertThat(w.asInt()).isPositive());
            assertThat(browser.evaluate(
                                    "new Promise(r => { const a = document.querySelector('audio'); if (a.readyState >"
                                            + " 0) r(a.duration); a.onloadedmetadata = () => r(a.duration); a.onerror ="
                                            + " () => r(-1); })")
                            .asDouble())
                    .isGreaterThan(1);
            assertThat(browser.errors()).isEmpty();
            assertThat(browser.requests().subList(1, browser.requests().size()))
                    .allSatisfy(r -> assertThat(r).startsWith("data:"));
            assertThat(browser.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id).filter((x, i, all) =>"
                            + " all.indexOf(x) != i)"))
                    .isEmpty();
            for (boolean dark : new boolean[] {false, true}) {
                browser.screen(1280, 900, dark);
                assertThat(browser.evaluate("document.documentElement.scrollWidth")
                                .asInt())
                        .isEqualTo(1280);
                Files.createDirectories(Path.of("target", "report-test"));
                Files.write(
                        Path.of("target", "report-test", dark ? "clip-dark.png" : "clip-light.png"), browser.picture());
            }
            Files.write(Path.of("target", "report-test", "clip.pdf"), browser.print());
            Path named = Files.copy(clip, folder.resolve("a_recording_" + "of_a_night_".repeat(9) + "by_the_pond.wav"));
            Path why = folder.resolve("why");
            Ran.ok("explain", "-q", "--probe", folder.resolve("probe"), "--audio", named, "--out", why);
            for (Path page : List.of(out.resolve("report.html"), why.resolve("explain.html"))) {
                browser.open(page);
                for (int width : new int[] {360, 400, 1280}) {
                    browser.screen(width, 900, false);
                    assertThat(browser.evaluate("document.documentElement.scrollWidth")
                                    .asInt())
                            .as("width of %s at %d", page.getFileName(), width)
                            .isEqualTo(width);
                }
            }
        }
    }

    @Test
    void whatCannotBeExplainedIsRefused() {
        Ran.unmute("report", "-q", run, "--out", out, "--clip", clip).fails(ExitCode.INPUT, "eat/urban/protobin");
        Ran.unmute("report", "-q", run, "--out", out, "--probe", folder).fails(ExitCode.USAGE, "--clip");
        Ran.unmute(
                        "report -q {} --out {} --clip {} --probe {}",
                        run,
                        out,
                        folder.resolve("no.wav"),
                        folder.resolve("probe"))
                .fails(ExitCode.INPUT, "no.wav");
    }
}
