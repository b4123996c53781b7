package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.golden.RealData;

/**
 * Real keyword recordings through the command line: {@code tag} reproduces the logits of the original model, {@code
 * eval} its accuracy.
 */
class KeywordsEndToEndTest {
    private static final float TOLERANCE = 1e-3f;

    @TempDir
    Path folder;

    @Test
    void tagAndEvalAgreeWithTheOriginalModel() throws IOException {
        Path encoder = RealData.require("kwt1/kwt1_v2_12.safetensors");
        Path audio = RealData.require("speech_commands");
        Path golden = RealData.require("speech_commands/manifest_kwt1_golden.csv");
        Path scores = folder.resolve("scores.csv");
        Ran.ok("tag", "-q", "--encoder", encoder, "--audio", audio, "--scores", scores);
        assertThat(Files.readString(folder.resolve("scores.csv.run.json"))).contains("encoderSha256", "backendReason");
        Map<String, float[]> tagged = new HashMap<>();
        List<String> rows = Files.readAllLines(scores);
        for (String row : rows.subList(1, rows.size())) {
            tagged.put(row.substring(0, row.indexOf(',')), numbers(row.split(","), 1));
        }
        List<String> expected = Files.readAllLines(golden);
        String[] classes = rows.getFirst().split(",");
        int right = 0;
        for (String row : expected.subList(1, expected.size())) {
            String[] cells = row.split(",");
            float[] wanted = numbers(cells, 2);
            float[] given = tagged.get(cells[0]);
            assertThat(given).as(cells[0]).hasSameSizeAs(wanted);
            for (int i = 0; i < wanted.length; i++) {
                assertThat(Math.abs(given[i] - wanted[i]))
                        .as(cells[0] + ", class " + i)
                        .isLessThanOrEqualTo(TOLERANCE);
            }
            assertThat(argmax(given)).as(cells[0]).isEqualTo(argmax(wanted));
            right += classes[argmax(given) + 1].equals(cells[1]) ? 1 : 0;
        }
        Ran eval = Ran.ok("eval", "-q", "--scores", scores, "--labels", golden, "--json");
        assertThat(eval.json().get("clips").asInt()).isEqualTo(expected.size() - 1);
        assertThat(eval.json().get("missing")).isEmpty();
        assertThat(eval.json().at("/metrics/top1_first_index/mean").asDouble())
                .isEqualTo(right / (expected.size() - 1.0));
        assertThat(Ran.ok("eval", "-q", "--bootstrap", 0, "--scores", scores, "--labels", golden)
                        .out())
                .contains("accuracy (top-1)");
    }

    @Test
    void tagNamesWhatItSkips() throws IOException {
        Path encoder = RealData.require("kwt1/kwt1_v2_12.safetensors");
        Path recordings = Files.createDirectories(folder.resolve("recordings"));
        Wav.write(recordings.resolve("second.wav"), new float[16_000], 16_000);
        Files.writeString(recordings.resolve("text.wav"), "no recording, but a text");
        Files.createFile(recordings.resolve("empty.wav"));
        Ran ran = Ran.ok("tag", "-q", "--encoder", encoder, "--audio", recordings);
        assertThat(ran.out()).contains("1 recording tagged, 2 skipped", "skipped empty.wav: ", "skipped text.wav: ");
        Ran.unmute("tag", "-q", "--strict", "--encoder", encoder, "--audio", recordings)
                .fails(ExitCode.INPUT, "empty.wav");
    }

    private static float[] numbers(String[] cells, int from) {
        float[] x = new float[cells.length - from];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.parseFloat(cells[i + from]);
        }
        return x;
    }

    private static int argmax(float[] x) {
        return IntStream.range(0, x.length)
                .reduce((a, b) -> x[b] > x[a] ? b : a)
                .orElseThrow();
    }
}
