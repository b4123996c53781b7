package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.models.encoder.Encoders;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** {@code unmute convert} on small checkpoints built here: a fine-tuned EAT with fairseq's names and its teacher. */
class ConvertEndToEndTest {
    private static final int DIM = 48;
    private static final int CLASSES = 527;
    private static final String IMAGE = "modality_encoders.IMAGE.";

    @TempDir
    static Path folder;

    private static Path checkpoint;

    @BeforeAll
    static void prepare() throws IOException {
        checkpoint = folder.resolve("checkpoint.safetensors");
        eat("model.", 2).write(checkpoint);
    }

    /** A checkpoint with encoder and head under a prefix, and some other tensors. */
    static SafetensorsWriter eat(String prefix, int depth) {
        SafetensorsWriter writer = new SafetensorsWriter();
        add(writer, prefix + IMAGE + "extra_tokens", 1, 1, DIM);
        add(writer, prefix + IMAGE + "local_encoder.proj.weight", DIM, 1, 16, 16);
        add(writer, prefix + IMAGE + "fixed_positional_encoder.positions", 1, 512, DIM);
        for (String one : List.of(
                IMAGE + "local_encoder.proj.bias",
                IMAGE + "context_encoder.norm.weight",
                IMAGE + "context_encoder.norm.bias")) {
            add(writer, prefix + one, DIM);
        }
        Map<String, long[]> block = Map.of(
                "attn.qkv.weight",
                new long[] {3 * DIM, DIM},
                "attn.qkv.bias",
                new long[] {3 * DIM},
                "attn.proj.weight",
                new long[] {DIM, DIM},
                "attn.proj.bias",
                new long[] {DIM},
                "mlp.fc1.weight",
                new long[] {4 * DIM, DIM},
                "mlp.fc1.bias",
                new long[] {4 * DIM},
                "mlp.fc2.weight",
                new long[] {DIM, 4 * DIM},
                "mlp.fc2.bias",
                new long[] {DIM});
        for (int i = 0; i < depth; i++) {
            String b = "blocks." + i + ".";
            for (String copy : List.of(prefix, prefix + "_ema.")) {
                block.forEach((name, shape) -> add(writer, copy + b + name, shape));
                List.of("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias")
                        .forEach(name -> add(writer, copy + b + name, DIM));
            }
        }
        add(writer, "fc_norm.weight", DIM);
        add(writer, "fc_norm.bias", DIM);
        add(writer, "head.weight", CLASSES, DIM);
        add(writer, "head.bias", CLASSES);
        return writer.add("epoch", Shape.of(1), new int[] {30});
    }

    private static void add(SafetensorsWriter writer, String name, long... shape) {
        float[] values = new float[(int) Shape.of(shape).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(name.hashCode() + 7.3 * i) * 0.1f;
        }
        writer.add(name, Shape.of(shape), values);
    }

    @Test
    void theReportTellsWhatBecomesOfEveryTensor() throws IOException {
        Path out = folder.resolve("new/folder/eat.safetensors");
        Ran ran = Ran.ok("convert", checkpoint, out);
        assertThat(ran.err()).contains("reading " + checkpoint);
        assertThat(ran.out())
                .containsPattern("(?m)^dropped +24: moving average.*; 1: outside of")
                .containsPattern("(?m)^encoder +eat, recognised by its tensors .*extra_tokens.* below 'model'$")
                .containsPattern("(?m)^SHA-256 +[0-9a-f]{64}$")
                .contains("safetensors, ", "59 in the file: 4 kept, 30 renamed, 25 dropped; 0 missing")
                .contains("written to " + out);
        assertThat(Files.readString(out.resolveSibling("eat.safetensors.run.json")))
                .contains("\"encoder\" : \"eat\"", "sha256");
        try (SafetensorsFile file = SafetensorsFile.open(out)) {
            assertThat(file.names()).hasSize(34).contains("blocks.1.norm2.bias", "head.weight", IMAGE + "extra_tokens");
        }
        assertThat(Ran.ok("convert", "-q", "--all", "--dry-run", checkpoint).out())
                .containsPattern("(?m)^renamed +model\\.blocks\\.1\\.attn\\.qkv\\.weight"
                        + " +blocks\\.1\\.attn\\.qkv\\.weight +\\[144, 48] +F32$")
                .containsPattern("(?m)^kept +head\\.weight +the same +\\[527, 48] +F32$")
                .containsPattern("(?m)^dropped +model\\._ema\\.blocks\\.1\\.norm2\\.bias +moving average.* +F32$")
                .containsPattern("(?m)^dropped +epoch .*I32$");
    }

    @Test
    void theConvertedFileTagsWithTheSameScores() throws IOException {
        Path audio = Files.createDirectories(folder.resolve("audio"));
        float[] tone = new float[16_000];
        for (int i = 0; i < tone.length; i++) {
            tone[i] = (float) Math.sin(i * 0.3);
        }
        Wav.write(audio.resolve("tone.wav"), tone, 16_000);
        Path out = folder.resolve("tags.safetensors");
        Ran.ok("convert", "-q", checkpoint, out);
        Ran before = Ran.ok("tag", "-q", "--encoder", checkpoint, "--audio", audio, "--heads", 3);
        assertThat(Ran.ok("tag", "-q", "--encoder", out, "--audio", audio, "--heads", 3)
                        .out())
                .isEqualTo(before.out());
        assertThat(before.out()).contains("top 1 (logit)").doesNotContain("class_");
        assertThat(Ran.ok("tag", "-q", "--encoder", out, "--audio", audio, "--heads", 3, "--activation", "sigmoid")
                        .out())
                .contains("top 1 (probability)");
        Object[] two = {"tag", "-q", "--json", "--encoder", out, "--audio", audio, "--heads", 3, "--top", 2};
        JsonNode tagged = Ran.ok(two).json().get(0);
        assertThat(tagged.get("file").asText()).isEqualTo("tone.wav");
        assertThat(tagged.get("scores").asText()).isEqualTo("logit");
        assertThat(tagged.get("top")).hasSize(2);
        for (JsonNode one : tagged.get("top")) {
            assertThat(one.get("score").isNumber()).isTrue();
            assertThat(before.out())
                    .contains(String.format(
                            Locale.ROOT,
                            "%s %.3f",
                            one.get("class").asText(),
                            one.get("score").floatValue()));
        }
        Ran.unmute("tag", "--encoder", out, "--audio", audio, "--top", 0)
                .fails(ExitCode.USAGE, "--top is at least 1", ": 0");
    }

    @Test
    void jsonHasEveryTensor() {
        Path out = folder.resolve("json.safetensors");
        JsonNode json = Ran.ok("convert", "-q", "--json", "--dtype", "bf16", checkpoint, out)
                .json();
        assertThat(json.get("encoder").asText()).isEqualTo("eat");
        assertThat(json.get("recognizedBy").asText()).isEqualTo("tensors");
        assertThat(json.get("tensors")).hasSize(59);
        assertThat(json.get("missing")).isEmpty();
        assertThat(json.get("bytesWritten").asLong()).isEqualTo(out.toFile().length());
        JsonNode dropped = json.get("tensors")
                .valueStream()
                .filter(t -> t.get("from").asText().equals("epoch"))
                .findFirst()
                .orElseThrow();
        assertThat(dropped.get("fate").asText()).isEqualTo("dropped");
        assertThat(dropped.get("reason").asText()).isNotBlank();
        assertThat(dropped.has("to")).isFalse();
        JsonNode again = Ran.ok("convert", "-q", "--json", "--dry-run", out).json();
        assertThat(again.get("recognizedBy").asText()).isEqualTo("metadata");
        assertThat(again.get("bytesWritten").isNull()).isTrue();
        assertThat(again.get("kept").asInt()).isEqualTo(34);
    }

    @Test
    void whatIsThereStaysUnlessForced() throws IOException {
        Path out = Files.writeString(folder.resolve("there.safetensors"), "what was there");
        Ran.unmute("convert", checkpoint, out).fails(ExitCode.FAILED, "already there", "--force");
        assertThat(out).hasContent("what was there");
        Ran.ok("convert", "-q", "--force", checkpoint, out);
        assertThat(Files.size(out)).isGreaterThan(1000);
        byte[] before = Files.readAllBytes(checkpoint);
        Ran.unmute("convert", "--force", checkpoint, checkpoint).fails(ExitCode.USAGE, "would replace what is read");
        assertThat(Files.readAllBytes(checkpoint)).isEqualTo(before);
        Path nothing = folder.resolve("dry.safetensors");
        assertThat(Ran.ok("convert", "-q", "--dry-run", checkpoint, nothing).out())
                .contains("nothing is written");
        assertThat(nothing).doesNotExist();
    }

    @Test
    void wrongArgumentsAreErrorsOfUsage() {
        Ran.unmute("convert", checkpoint).fails(ExitCode.USAGE, "OUT.safetensors", "--dry-run");
        Ran.unmute("convert", checkpoint, folder.resolve("x.pt")).fails(ExitCode.USAGE, "x.pt");
        Ran.unmute("convert", checkpoint, folder).fails(ExitCode.USAGE, "is a folder");
        Ran.unmute("convert").fails(ExitCode.USAGE, "IN");
        Ran.unmute("convert", "--dtype", "int8", checkpoint, folder.resolve("o.safetensors"))
                .fails(ExitCode.USAGE, "int8", "bf16");
    }

    @Test
    void anIncompleteCheckpointIsShownAndRefused() throws IOException {
        Path in = folder.resolve("gap.safetensors");
        SafetensorsWriter writer = eat("", 1);
        add(writer, "blocks.2.norm1.weight", DIM);
        writer.write(in);
        Path out = folder.resolve("gap-out.safetensors");
        Ran ran = Ran.unmute("convert", "-q", in, out).endsWith(ExitCode.INPUT);
        assertThat(ran.out())
                .containsPattern("(?m)^MISSING +.*blocks\\.1\\.[a-z.0-9]+weight; .*; …$")
                .contains("nothing is written");
        assertThat(ran.err()).contains("23 tensors are missing").contains("blocks.1.attn.qkv.weight");
        assertThat(out).doesNotExist();
        assertThat(Ran.unmute("convert", "-q", "--dry-run", "--json", in)
                        .endsWith(ExitCode.INPUT)
                        .json()
                        .get("missing"))
                .hasSize(23);
    }

    @Test
    void numbersThatAreNotFiniteAreNamedAndRefused() throws IOException {
        Path in = folder.resolve("nan.safetensors");
        SafetensorsWriter writer = eat("", 1);
        writer.add("blocks.1.norm1.weight", Shape.of(2), new float[] {1, Float.NaN});
        writer.write(in);
        Ran ran = Ran.unmute("convert", "-q", "--dry-run", in).endsWith(ExitCode.INPUT);
        assertThat(ran.out()).contains("flaws").contains("'blocks.1.norm1.weight' [2] has NaN at element 1");
    }

    @Test
    void theEncoderInTheProgramConvertsAndStillWorks() throws IOException {
        Path in = Files.write(folder.resolve("embedded.safetensors"), Encoders.embeddedBytes());
        Path out = folder.resolve("embedded-f32.safetensors");
        assertThat(Ran.ok("convert", "-q", "--dtype", "f32", in, out).out())
                .contains("small-vit, as the file's metadata say");
        assertThat(Encoders.open(out).encode(new float[16_000]).tokens())
                .containsExactly(Encoders.embedded().encode(new float[16_000]).tokens());
        try (SafetensorsFile file = SafetensorsFile.open(out)) {
            assertThat(file.metadata()).containsEntry("license", "CC0-1.0");
        }
    }

    @Test
    void namesThatSeveralEncodersShareAreSaid() throws IOException {
        Path in = folder.resolve("plain.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        List.of("cls_token pos_embed patch_embed.proj.weight patch_embed.proj.bias norm.weight norm.bias".split(" "))
                .forEach(n -> add(writer, n, 2));
        List.of("attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2", "norm1", "norm2").forEach(n -> {
            add(writer, "blocks.0." + n + ".weight", 2);
            add(writer, "blocks.0." + n + ".bias", 2);
        });
        writer.write(in);
        assertThat(Ran.ok("convert", "-q", "--dry-run", in).out())
                .containsPattern("(?m)^encoder +audiomae, recognised")
                .contains("asit or birdmae, whose tensors have the same names", "--model");
        assertThat(Ran.ok("convert", "-q", "--dry-run", "--model", "birdmae", in)
                        .out())
                .containsPattern("(?m)^encoder +birdmae, as --model says")
                .doesNotContain("whose tensors have");
        assertThat(Ran.ok("convert", "-q", "--dry-run", checkpoint).out()).doesNotContain("whose tensors have");
    }

    /** Files are recognized by content: a safetensors file may have another extension. */
    @Test
    void theFormatIsKnownByTheContent() throws IOException {
        Path odd = Files.copy(checkpoint, folder.resolve("odd.pt"));
        assertThat(Ran.ok("convert", "-q", "--dry-run", odd).out()).containsPattern("(?m)^file +safetensors, ");
    }

    @Test
    void whatIsNoCheckpointIsAnErrorOfTheInput() throws IOException {
        Ran.unmute("convert", folder.resolve("nowhere.pt"), folder.resolve("o.safetensors"))
                .fails(ExitCode.INPUT, "no such file", "nowhere.pt");
        Ran.unmute("convert", folder, folder.resolve("o.safetensors")).fails(ExitCode.INPUT, "is a folder");
        byte[] whole = Files.readAllBytes(checkpoint);
        Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, whole.length - 100));
        Ran.unmute("convert", cut, folder.resolve("o.safetensors")).fails(ExitCode.INPUT, "cut short");
        Path page = Files.writeString(folder.resolve("page.pt"), "<!DOCTYPE html>\n<html></html>\n");
        Ran.unmute("convert", "--dry-run", page).fails(ExitCode.INPUT, "page.pt", "a web page", "raw link");
        Path strange = folder.resolve("strange.safetensors");
        new SafetensorsWriter().add("conv1.weight", Shape.of(2), new float[2]).write(strange);
        Ran.unmute("convert", strange, folder.resolve("o.safetensors"))
                .fails(ExitCode.INPUT, "no known encoder", "conv1.weight", "unmute encoders");
        assertThat(folder.resolve("o.safetensors")).doesNotExist();
    }
}
