package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.TextTable;
import org.unmute.data.parquet.ParquetTable;
import org.unmute.data.provenance.Json;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.StoredTensor;

/** {@code features}: export for other programs. */
@Tag("golden")
class FeaturesEndToEndTest {
    @TempDir
    static Path folder;

    private static Path eat;
    private static Path wav;

    @BeforeAll
    static void find() {
        eat = ModelsGolden.require("tiny/eat/model.safetensors");
        wav = ModelsGolden.require("wav/mix1p2s_16k.wav");
    }

    private static Ran features(Path audio, Path out, Object... more) {
        Object[] args = {
            "features", "-q", "--encoder", eat, "--heads", 3, "--frames", 128, "--audio", audio, "--out", out
        };
        Object[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Ran.unmute(all);
    }

    @Test
    void oneRecordingWithLayersAndAttention() throws IOException {
        Path out = folder.resolve("one.safetensors");
        features(wav, out, "--layers", "all", "--attention").prints("8 x 8 tokens of 48 (time x freq)");
        try (SafetensorsFile file = SafetensorsFile.open(out);
                SafetensorsFile expected =
                        SafetensorsFile.open(ModelsGolden.require("tiny/eat/expected.safetensors"))) {
            assertThat(file.names())
                    .containsExactlyInAnyOrder(
                            "token_map", "cls", "layer.0", "layer.0.cls", "layer.1", "layer.1.cls", "attention");
            assertThat(file.shape("token_map")).isEqualTo(Shape.of(8, 8, 48));
            assertThat(file.shape("attention")).isEqualTo(Shape.of(3, 8, 8));
            org.unmute.kernels.contract.golden.Golden.assertClose(
                    "token map", expected.floats("token_map"), file.floats("token_map"), 2e-3, 0);
            org.unmute.kernels.contract.golden.Golden.assertClose(
                    "cls", expected.floats("cls"), file.floats("cls"), 2e-3, 0);
            assertThat(file.floats("layer.1")).isEqualTo(file.floats("token_map"));
            assertThat(file.floats("layer.0")).isNotEqualTo(file.floats("token_map"));
            assertThat(file.metadata())
                    .containsEntry("recording", "mix1p2s_16k.wav")
                    .containsKeys("encoder_sha256", "recording_sha256");
            assertThat(file.metadata().get("front_end")).contains("128 frames").contains("resampling hann");
        }
        assertThat(Json.read(folder.resolve("one.safetensors.run.json"))
                        .at("/results/encoderSettings/frontEnd/std")
                        .asDouble())
                .isEqualTo(4.569);
        // {@code verify} reads the file that {@code features} writes.
        assertThat(Ran.ok("verify -q --encoder {} --heads 3 --frames 128 --reference {} --audio {}", eat, out, wav)
                        .out())
                .contains("layer.0", "not compared", "attention");
    }

    @Test
    void npyHoldsTheTokenMap() throws IOException {
        Path out = folder.resolve("one.npy");
        features(wav, out).endsWith(ExitCode.OK);
        StoredTensor map = Npy.read(out);
        assertThat(map.shape()).isEqualTo(Shape.of(8, 8, 48));
        features(wav, out, "--attention").fails(ExitCode.USAGE, "one array", ".safetensors");
    }

    @Test
    void aFolderOfRecordings() throws IOException {
        Path recordings = Files.createDirectories(folder.resolve("in/sub"));
        Files.copy(wav, recordings.resolve("a.wav"));
        Files.copy(wav, recordings.resolveSibling("b.wav"));
        Wav.write(recordings.resolve("short.wav"), new float[100], 16_000);
        Path out = folder.resolve("out");
        Ran ran = features(folder.resolve("in"), out, "--layers", "1").endsWith(ExitCode.OK);
        assertThat(ran.out()).contains("skipped sub/short.wav");
        assertThat(out.resolve("b.wav.safetensors")).exists();
        assertThat(out.resolve("run.json")).exists();
        try (SafetensorsFile file = SafetensorsFile.open(out.resolve("sub/a.wav.safetensors"))) {
            assertThat(file.names()).contains("layer.1").doesNotContain("layer.0");
        }
        features(folder.resolve("in"), folder.resolve("x.npy")).fails(ExitCode.USAGE, "3 recordings", "give a folder");
        features(folder.resolve("in"), out, "--strict").fails(ExitCode.INPUT, "sub/short.wav");
    }

    @Test
    void layersThatAreNotThere() {
        for (String bad : new String[] {"2", "0,0", "x", "-1", ""}) {
            assertThat(features(wav, folder.resolve("y.safetensors"), "--layers", bad)
                            .endsWith(ExitCode.USAGE)
                            .err())
                    .as(bad)
                    .contains("numbers from 0 to 1");
        }
    }

    /** Two recordings, and one that is too short. */
    private static Path recordings() throws IOException {
        Path in = Files.createDirectories(folder.resolve("pool/sub"));
        if (!Files.exists(in.resolve("a.wav"))) {
            Files.copy(wav, in.resolve("a.wav"));
            Wav.write(in.resolveSibling("=b.wav"), new float[16_000], 16_000);
            Wav.write(in.resolve("short.wav"), new float[100], 16_000);
        }
        return in.getParent();
    }

    private static float[] pooled(Path recording, TokenPooling how) throws IOException {
        Path out = folder.resolve("map.safetensors");
        features(recording, out, "--force").endsWith(ExitCode.OK);
        try (SafetensorsFile file = SafetensorsFile.open(out)) {
            return how.apply(new TokenMap(8, 8, 48, file.floats("token_map"), file.floats("cls")));
        }
    }

    @ParameterizedTest
    @EnumSource(TokenPooling.class)
    void oneVectorOfEachRecording(TokenPooling how) throws IOException {
        String name = how.name().toLowerCase(java.util.Locale.ROOT);
        Path in = recordings();
        float[] a = pooled(in.resolve("sub/a.wav"), how);
        float[] b = pooled(in.resolve("=b.wav"), how);
        Path npy = folder.resolve(name + ".npy");
        Ran ran = features(in, npy, "--pool", name).endsWith(ExitCode.OK);
        assertThat(ran.out()).contains("2 vectors of 48, ").contains("skipped sub/short.wav");
        StoredTensor array = Npy.read(npy);
        assertThat(array.shape()).isEqualTo(Shape.of(2, 48));
        assertThat(array.floats()).startsWith(b).endsWith(a);
        JsonNode record = Json.read(folder.resolve(name + ".npy.run.json")).path("results");
        assertThat(record.path("clips").toString()).isEqualTo("[\"=b.wav\",\"sub/a.wav\"]");
        assertThat(record.path("pool").asText()).isEqualTo(name);

        Path tensors = folder.resolve(name + ".safetensors");
        features(in, tensors, "--pool", name).endsWith(ExitCode.OK);
        try (SafetensorsFile file = SafetensorsFile.open(tensors)) {
            assertThat(file.floats("pooled")).startsWith(b).endsWith(a);
            assertThat(file.metadata())
                    .containsEntry("clips", "[\"=b.wav\",\"sub/a.wav\"]")
                    .containsEntry("pool", name)
                    .containsKeys("encoder_sha256", "front_end");
        }

        Path csv = folder.resolve(name + ".csv");
        features(in, csv, "--pool", name).endsWith(ExitCode.OK);
        try (TextTable table = TextTable.open(csv)) {
            assertThat(table.names()).hasSize(49).startsWith("file", "pooled0", "pooled1");
            Iterator<float[]> expected = List.of(b, a).iterator();
            Iterator<String> clips = List.of("=b.wav", "sub/a.wav").iterator();
            table.forEach(row -> {
                assertThat(row.text("file")).isEqualTo(clips.next());
                assertThat(floats(row.fields().subList(1, 49))).isEqualTo(expected.next());
            });
            assertThat(clips).isExhausted();
        }

        Path parquet = folder.resolve(name + ".parquet");
        Ran json = features(in, parquet, "--pool", name, "--json").endsWith(ExitCode.OK);
        assertThat(json.json().path("vectors").asInt()).isEqualTo(2);
        try (ParquetTable table = ParquetTable.open(parquet)) {
            assertThat(table.names()).containsExactly("file", "pooled");
            assertThat(table.next()).isTrue();
            assertThat(table.cells().text(0)).isEqualTo("=b.wav");
            assertThat(floats(table.cells().list(1))).isEqualTo(b);
            assertThat(table.next()).isTrue();
            assertThat(floats(table.cells().list(1))).isEqualTo(a);
            assertThat(table.next()).isFalse();
        }
    }

    private static float[] floats(List<String> texts) {
        float[] all = new float[texts.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = Float.parseFloat(texts.get(i));
        }
        return all;
    }

    @Test
    void vectorsThatCannotBeWritten() throws IOException {
        Path in = recordings();
        features(in, folder.resolve("v"), "--pool", "mean")
                .fails(ExitCode.USAGE, "whose name ends in .npy, .safetensors, .csv, .parquet");
        features(in, folder.resolve("v.npy"), "--pool", "mean", "--layers", "all")
                .fails(ExitCode.USAGE, "without --layers and --attention");
        features(in, folder.resolve("v.npy"), "--pool", "median").fails(ExitCode.USAGE, "--pool");
        features(in, folder.resolve("v.npy"), "--pool", "mean", "--strict").fails(ExitCode.INPUT, "sub/short.wav");
        assertThat(folder.resolve("v.npy")).doesNotExist();
    }
}
