package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** {@code verify} with reference numbers from the EAT authors' code, intact and altered. */
@Tag("golden")
class VerifyEndToEndTest {
    private static final int DIM = 48;

    @TempDir
    static Path folder;

    private static Path eat;
    private static Path expected;
    private static Path wav;

    @BeforeAll
    static void find() {
        eat = ModelsGolden.require("tiny/eat/model.safetensors");
        expected = ModelsGolden.require("tiny/eat/expected.safetensors");
        wav = ModelsGolden.require("wav/mix1p2s_16k.wav");
    }

    private static Ran verify(Object reference, Object... more) {
        List<Object> args = new ArrayList<>(List.of("verify", "-q", "--encoder", eat, "--reference", reference));
        if (!Arrays.asList(more).contains("--heads")) {
            args.addAll(List.of("--heads", 3));
        }
        if (!Arrays.asList(more).contains("--frames")) {
            args.addAll(List.of("--frames", 128));
        }
        args.addAll(List.of(more));
        return Ran.unmute(args.toArray());
    }

    private static float[] tokens() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(expected)) {
            return file.floats("final_tokens");
        }
    }

    /** A copy of the reference with one tensor changed. */
    private static Path changed(String tensor, float[] values) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        try (SafetensorsFile file = SafetensorsFile.open(expected)) {
            for (String name : file.names()) {
                writer.add(name, file.shape(name), name.equals(tensor) ? values : file.floats(name));
            }
            Path to = folder.resolve("changed-" + tensor + ".safetensors");
            writer.write(to);
            return to;
        }
    }

    private static float[] stored(String name) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(expected)) {
            return file.floats(name);
        }
    }

    @Test
    void theAuthorsNumbersAgree() {
        Ran ran = verify(expected, "--audio", wav).endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains("All 11 comparisons agree")
                .containsPattern("(?m)^block\\.1 .* same$")
                .containsPattern("(?m)^final_tokens, from the recording .* same$")
                .contains("nothing of that name: fbank_raw");
        assertThat(verify(expected).endsWith(ExitCode.OK).out())
                .as("without a recording")
                .contains("All 8 comparisons agree")
                .doesNotContain("from the recording");
    }

    @Test
    void anArrayIsUnderstoodByItsSize() throws IOException {
        float[] all = tokens();
        float[] patches = Arrays.copyOfRange(all, DIM, all.length);
        record Case(String name, Shape shape, float[] values, String said) {}
        for (Case c : List.of(
                new Case("a", Shape.of(65, DIM), all, "final_tokens"),
                new Case("b", Shape.of(1, 65, DIM), all, "final_tokens"),
                new Case("c", Shape.of(64, DIM), patches, "patch_tokens"),
                new Case("d", Shape.of(8, 8, DIM), patches, "token_map"))) {
            Path file = folder.resolve(c.name() + ".npy");
            Npy.write(file, c.shape(), c.values());
            verify(file, "--audio", wav).prints("was taken as " + c.said(), "It agrees");
            Path named = folder.resolve(c.name() + ".safetensors");
            new SafetensorsWriter().add("features", c.shape(), c.values()).write(named);
            verify(named, "--audio", wav).prints("was taken as " + c.said());
        }
        Path odd = folder.resolve("odd.npy");
        Npy.write(odd, Shape.of(63, DIM), Arrays.copyOf(all, 63 * DIM));
        verify(odd, "--audio", wav).fails(ExitCode.INPUT, "is [63, 48]", "65 tokens of 48", "1 + 8 x 8");
        verify(folder.resolve("a.npy")).fails(ExitCode.USAGE, "--audio");
    }

    @Test
    void theFirstDifferenceIsNamed() throws IOException {
        float[] block = stored("block.0");
        block[(1 + 3 * 8 + 5) * DIM + 7] += 0.01f;
        Ran ran = verify(changed("block.0", block), "--audio", wav).endsWith(ExitCode.FAILED);
        assertThat(ran.out())
                .containsPattern("(?m)^block\\.0 .* DIFFERS$")
                .containsPattern("(?m)^block\\.1 .* same$")
                .contains("First tensor that differs: block.0");
        JsonNode json = verify(changed("block.0", block), "--audio", wav, "--json")
                .endsWith(ExitCode.FAILED)
                .json();
        assertThat(json.get("within").asBoolean()).isFalse();
        assertThat(json.get("first").asText()).isEqualTo("block.0");
        assertThat(json.at("/encoderSettings/frontEnd/frames").asInt()).isEqualTo(128);
        JsonNode row = json.get("tensors").findParents("tensor").stream()
                .filter(t -> t.get("tensor").asText().equals("block.0"))
                .findFirst()
                .orElseThrow();
        assertThat(row.get("maxDifference").asDouble()).isBetween(0.0099, 0.0101);
        verify(changed("block.0", block), "--tolerance", 0.02).prints("agree");
        float[] bad = stored("cls");
        bad[3] = Float.NaN;
        assertThat(verify(changed("cls", bad)).endsWith(ExitCode.FAILED).out())
                .contains("First tensor that differs: cls");
    }

    @Test
    void settingsOtherThanTheAuthorsDiffer() throws IOException {
        assertThat(verify(expected, "--heads", 4).endsWith(ExitCode.FAILED).out())
                .contains("First tensor that differs: block.0");
        for (String option : List.of("--norm=bat-birdset", "--front-end=biofoundation")) {
            assertThat(verify(expected, "--audio", wav, option)
                            .endsWith(ExitCode.FAILED)
                            .out())
                    .contains("First tensor that differs: fbank")
                    .containsPattern("(?m)^block\\.1 .* same$");
        }
    }

    @Test
    void whatCannotBeComparedIsAnErrorOfTheInput() throws IOException {
        verify(expected, "--frames", 192).fails(ExitCode.INPUT, "[128, 128]", "--frames 128");
        Path strange = folder.resolve("strange.safetensors");
        new SafetensorsWriter()
                .add("a", Shape.of(2), new float[2])
                .add("b", Shape.of(2), new float[2])
                .write(strange);
        verify(strange, "--audio", wav).fails(ExitCode.INPUT, "no tensor has a name", "[a, b]", "block.0");
        verify(folder.resolve("nowhere.npy")).fails(ExitCode.INPUT, "no such reference file");
        verify(wav).fails(ExitCode.USAGE, ".npy or .safetensors");
        verify(expected, "--tolerance", 0).fails(ExitCode.USAGE, "--tolerance");
    }

    @Test
    void aRecordOfTheRunIsWritten() throws IOException {
        Path out = folder.resolve("verified.json");
        verify(expected, "--audio", wav, "--out", out).endsWith(ExitCode.OK);
        JsonNode record = Json.read(out);
        assertThat(record.at("/results/within").asBoolean()).isTrue();
        assertThat(record.get("inputs").findValuesAsText("path")).containsExactly(expected.toString(), wav.toString());
        assertThat(record.at("/results/encoderSha256").asText()).hasSize(64);
        assertThat(record.at("/results/encoderSettings/frontEnd/mean").asDouble())
                .isEqualTo(-4.268);
    }
}
