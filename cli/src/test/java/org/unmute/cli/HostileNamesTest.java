package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;

/**
 * Recordings whose names contain terminal control sequences, forged lines, bidirectional overrides or formulas. {@link
 * Ran} checks for every output that nothing can affect a terminal. These tests check that names are still shown, and
 * appear unchanged in JSON and tables.
 */
class HostileNamesTest {
    /** A name with malicious control characters. */
    private static final String ACTING = "wipe\u001B[2J\u009B31m\u202Egnp\u2066\rback.wav";

    private static final String FORGED = "x\nunmute embed: 3 clips (3 embedded now, 0 already there), 0 skipped.wav";
    private static final String FORMULA = "=HYPERLINK(\"x\").wav";
    private static final List<String> NAMES =
            List.of(ACTING, FORGED, FORMULA, "-1+cmd.wav", "plain.wav", "\tplain.wav", " plain.wav", "'=own.wav");

    @TempDir
    static Path folder;

    private static Path recordings;
    private static Path encoder;
    private static Path cache;
    private static Ran embedded;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        recordings = Files.createDirectories(folder.resolve("named"));
        Path sounds = TinyEncoder.recordings(folder, NAMES.size(), 0);
        try (Stream<Path> files = Files.walk(sounds)) {
            List<Path> waves =
                    files.filter(f -> f.toString().endsWith(".wav")).sorted().toList();
            for (int i = 0; i < NAMES.size(); i++) {
                Files.copy(waves.get(i), recordings.resolve(NAMES.get(i)));
            }
        }
        for (String name : List.of(ACTING, FORGED)) {
            Files.writeString(recordings.resolve("no sound " + name), "not a recording at all, only named like one");
        }
        cache = folder.resolve("cache");
        embedded = Ran.ok("embed", "--encoder", encoder, "--audio", recordings, "--out", cache);
    }

    private static Path labels(String name, int classes) throws IOException {
        StringBuilder text = new StringBuilder("file,label,split\n");
        for (int i = 0; i < NAMES.size(); i++) {
            text.append('"')
                    .append(NAMES.get(i).replace("\"", "\"\""))
                    .append("\",class")
                    .append(i % classes);
            text.append(",train\n");
        }
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void skippedRecordingsAreNamedOnOneLineEach() {
        assertThat(embedded.out().lines().filter(line -> line.startsWith("  skipped no sound ")))
                .hasSize(2);
        assertThat(embedded.out()).contains("no sound wipe\uFFFD[2J\uFFFD31m\uFFFDgnp\uFFFD\uFFFDback.wav");
        assertThat((embedded.out() + embedded.err()).lines())
                .as("a line forged by a name")
                .noneMatch(line -> line.startsWith("unmute embed: 3 clips"));
    }

    @Test
    void jsonHasNamesAsTheyAre() {
        Ran ran = Ran.ok(
                "embed --encoder {} --audio {} --out {} --json", encoder, recordings, folder.resolve("cache-json"));
        List<String> skipped =
                Stream.of(ACTING, FORGED).map(n -> "no sound " + n).sorted().toList();
        assertThat(ran.json().path("skippedClips").findValuesAsText("clip").stream()
                        .sorted())
                .containsExactlyElementsOf(skipped);
        Ran strict = Ran.unmute(
                        "embed --encoder {} --audio {} --out {} --strict --json",
                        encoder,
                        recordings,
                        folder.resolve("cache-strict"))
                .endsWith(ExitCode.INPUT);
        JsonNode error = strict.json().path("error");
        assertThat(error.path("message").asText()).contains("no sound " + ACTING);
        assertThat(strict.err().lines().filter(line -> line.startsWith("unmute embed: ")))
                .hasSize(1);
    }

    /** The result states the reason; a second document would break programs that expect one. */
    @Test
    void anErrorAfterTheResultIsNoSecondDocument() throws IOException {
        Path none = Files.createDirectories(folder.resolve("none"));
        Files.writeString(none.resolve("no sound.wav"), "not a recording at all, only named like one");
        Ran ran = Ran.unmute(
                        "embed", "--encoder", encoder, "--audio", none, "--out", folder.resolve("cache-none"), "--json")
                .endsWith(ExitCode.INPUT);
        assertThat(ran.err()).contains("the recording could not be used");
        assertThat(ran.json().path("skipped").asInt()).isEqualTo(1);
        assertThat(ran.out()).doesNotContain("\"error\"");
    }

    /**
     * Spreadsheets show names that look like formulas as text, and {@code eval} finds every recording in the same
     * table.
     */
    @Test
    void tablesForSpreadsheetsAreGuardedAndReadBack() throws IOException {
        Path labels = labels("labels.csv", 2);
        Path run = folder.resolve("run");
        Ran.ok("probe", "--probe", "linear-mean", "--cache", cache, "--labels", labels, "--epochs", 2, "--out", run);
        assertThat(run.resolve("clips.csv")).content().contains("\"'=HYPERLINK").contains("\n'-1+cmd.wav,");
        Path scores = folder.resolve("scores.csv");
        Ran tagged = Ran.ok("tag", "--probe", run, "--encoder", encoder, "--audio", recordings, "--scores", scores);
        assertThat(tagged.out()).contains(NAMES.size() + " recordings tagged, 2 skipped");
        assertThat(scores).content().contains("\"'=HYPERLINK").contains("\n'-1+cmd.wav,");
        Ran eval =
                Ran.ok("eval", "--scores", scores, "--labels", labels, "--split", "train", "--json", "--bootstrap", 0);
        assertThat(eval.json().path("clips").asInt()).isEqualTo(NAMES.size());
        assertThat(eval.json().path("missing")).isEmpty();
        Ran again = Ran.ok(
                "probe --probe linear-mean --cache {} --labels {} --epochs 2 --json --out {}",
                cache,
                run.resolve("clips.csv"),
                folder.resolve("again"));
        assertThat(again.json().path("clips").asInt()).isEqualTo(NAMES.size());
        assertThat(again.json().path("missing")).isEmpty();
    }

    @Test
    void messagesOfErrorsNameFilesOnOneLine() throws IOException {
        Path torn = Files.writeString(folder.resolve("torn\u001B[2J\nunmute: fine.safetensors"), "no weights");
        Ran ran = Ran.unmute("embed", "--encoder", torn, "--audio", recordings, "--out", folder.resolve("never"))
                .endsWith(ExitCode.INPUT);
        assertThat(ran.err().lines().filter(line -> line.startsWith("unmute"))).hasSize(1);
        assertThat(ran.err()).contains("torn\uFFFD[2J");
        Ran wrong = Ran.unmute("embed", "--out", cache, "--no\u001B[2Jsuch").endsWith(ExitCode.USAGE);
        assertThat(wrong.err()).contains("--no\uFFFD[2Jsuch");
        Ran debug = Ran.unmute(
                        "embed", "--debug", "--encoder", torn, "--audio", recordings, "--out", folder.resolve("never"))
                .endsWith(ExitCode.INPUT);
        assertThat(debug.err()).contains("    at org.unmute.");
    }
}
