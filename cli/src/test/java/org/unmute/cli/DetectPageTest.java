package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.report.fixture.Browser;

/** {@code detect --page} on synthesized scenes. */
class DetectPageTest {
    @TempDir
    static Path folder;

    private static Path probe;
    private static Path recordings;
    private static Path out;
    private static Ran ran;

    @BeforeAll
    static void prepare() throws IOException {
        probe = DetectFixture.probes(folder, "protobin").getFirst();
        recordings = DetectFixture.recordings(folder.resolve("field recordings"), 3);
        Files.writeString(recordings.resolve("torn.wav"), "this is no sound");
        out = folder.resolve("events");
        ran = detect(out, "--page").endsWith(ExitCode.OK);
    }

    private static Ran detect(Path to, Object... more) {
        Object[] args = {"detect", "--probe", probe, "--audio", recordings, "--threshold", 0.4, "--out", to};
        return Ran.unmute(Ran.with(args, more));
    }

    private static JsonNode data() throws IOException {
        Matcher m =
                Pattern.compile("id=\"data\">([^<]*)</script>").matcher(Files.readString(out.resolve("events.html")));
        assertThat(m.find()).isTrue();
        return new ObjectMapper().readTree(m.group(1));
    }

    @Test
    void listsTheEventsOfTheTable() throws IOException {
        List<Annotation> table = AnnotationTable.read(out.resolve("events.csv")).annotations().stream()
                .sorted(Comparator.comparingDouble((Annotation a) -> -a.score()))
                .toList();
        JsonNode data = data();
        assertThat(data.path("label").size()).isEqualTo(table.size()).isGreaterThan(5);
        for (int i = 0; i < table.size(); i++) {
            assertThat(data.at("/score/" + i).asInt() / 1e4)
                    .isCloseTo(table.get(i).score(), within(1e-4));
        }
        for (JsonNode uri : data.path("uris")) {
            assertThat(Path.of(out.toUri().resolve(URI.create(uri.asText())))).isRegularFile();
        }
        assertThat(ran.out()).contains("events.html").contains(table.size() + " events listed");
        assertThat(Files.readString(out.resolve("events.html")))
                .contains("<article class=\"snippet\"", "in 3 recordings", "1 recording, named in skipped.csv")
                .contains("score above 0.4");
        assertThat(Files.readString(out.resolve("run.json"))).contains("events.html");
    }

    @Test
    void isTheSameWhenItIsAskedForLater() throws IOException {
        Path later = folder.resolve("later");
        assertThat(detect(later).endsWith(ExitCode.OK).out()).doesNotContain("events.html");
        assertThat(later.resolve("events.html")).doesNotExist();
        detect(later, "--page").prints("3 already there");
        assertThat(later.resolve("events.html")).hasSameBinaryContentAs(out.resolve("events.html"));
    }

    @Test
    @FullBuild("starts a browser")
    void playsItsEventsInABrowser(@TempDir Path profile) throws IOException {
        Optional<Path> program = Browser.program();
        assumeTrue(
                program.isPresent(), "no chromium or google-chrome on the PATH: the page is not opened in a browser");
        try (Browser browser = new Browser(program.get(), profile)) {
            browser.screen(1280, 900, false);
            browser.open(out.resolve("events.html"));
            assertThat(browser.errors()).isEmpty();
            browser.evaluate("document.querySelector('#rows button').click()");
            JsonNode data = data();
            double end = (data.at("/onset/0").asDouble() + data.at("/millis/0").asDouble()) / 1000;
            assertThat(browser.evaluate("new Promise(done => { const s = document.getElementById('sound');"
                                    + " s.onpause = () => done(s.currentTime); s.onerror = () => done(-1); })")
                            .asDouble())
                    .isCloseTo(end, within(0.5));
            Path pictures = Files.createDirectories(Path.of("target", "event-test"));
            Files.write(pictures.resolve("detect.png"), browser.picture());
        }
    }
}
