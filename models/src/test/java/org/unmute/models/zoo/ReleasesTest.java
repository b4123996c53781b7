package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Release;
import org.unmute.models.encoder.Releases;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * The list of encoders is true: sizes against key lists and formulas, grids against the arithmetic of the front ends.
 */
class ReleasesTest {
    /** Stored tables that no training has changed. */
    private static final Map<String, String> FIXED =
            Map.of("eat", "modality_encoders.IMAGE.fixed_positional_encoder.positions", "audiomae", "pos_embed");

    private static Release release(String name) {
        return Releases.find(name).orElseThrow();
    }

    @Test
    void theNineOfThePaperComeFirst() {
        assertThat(Releases.all().stream().filter(Release::inPaper).map(Release::name))
                .containsExactly("Audio-MAE", "Dasheng", "BEATs", "ASiT", "EAT", "SSLAM", "BEATs+", "EAT+", "SSLAM+");
        assertThat(Releases.all().subList(0, 9)).allMatch(Release::inPaper);
    }

    @Test
    void whatIsListedIsWhatCanBeRead() {
        Set<String> listed =
                new HashSet<>(Releases.all().stream().map(Release::model).toList());
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(Encoders.providers().stream()
                        .map(EncoderProvider::name)
                        // A graph is whatever its user brings.
                        .filter(name -> !name.equals("onnx"))
                        .toList());
    }

    @Test
    void namesAreFoundHoweverTheyAreWritten() {
        assertThat(release("audiomae").name()).isEqualTo("Audio-MAE");
        assertThat(release("eat+").name()).isEqualTo("EAT+");
        assertThat(release("dasheng 1.2b").name()).isEqualTo("Dasheng-1.2B");
        assertThat(Releases.find("wav2vec")).isEmpty();
        assertThat(Releases.all().stream().map(r -> Releases.find(r.name()).orElseThrow()))
                .containsExactlyElementsOf(Releases.all());
    }

    @Test
    void licencesThatForbidThingsHaveAWarning() {
        assertThat(release("Audio-MAE").warning()).contains("not for commercial use");
        for (Release r : Releases.all()) {
            assertThat(r.warning().isEmpty())
                    .as(r.name())
                    .isEqualTo(Set.of("MIT", "Apache-2.0", "BSD 3-Clause", "CC0-1.0")
                            .contains(r.licence()));
            assertThat(r.downloads()).as(r.name()).isNotEmpty();
            assertThat(r.notes().traps()).as(r.name()).isNotEmpty().allMatch(t -> !t.isBlank());
        }
    }

    /** What every ViT block has: packed or separate attention, a feed-forward net four times as wide, two norms. */
    private static long vit(long dim, long depth) {
        long attention = 4 * (dim * dim + dim);
        long mlp = dim * 4 * dim + 4 * dim + 4 * dim * dim + dim;
        return depth * (attention + mlp + 4 * dim);
    }

    @Test
    void parametersFollowFromTheShapes() {
        long patch = 768 * 16 * 16 + 768;
        long norm = 2 * 768;
        assertParameters("Audio-MAE", vit(768, 12) + patch + 768 + norm);
        assertParameters("ASiT", vit(768, 12) + patch + 768 + (1 + 37 * 8) * 768 + norm);
        assertParameters("AST", vit(768, 12) + patch + 2 * 768 + (2 + 12 * 101) * 768 + norm);
        assertParameters("Bird-MAE", vit(768, 12) + patch + 768 + norm);
        for (String name : List.of("EAT", "EAT+", "SSLAM", "SSLAM+")) {
            assertParameters(name, vit(768, 12) + patch + 768 + norm);
        }
        assertParameters("EAT-large", vit(1024, 24) + 1024 * 256 + 1024 + 1024 + 2 * 1024);
        long bn = 2 * 64;
        assertParameters("Dasheng", vit(768, 12) + 64 * 4 * 768 + 768 + 768 * 252 + 768 + bn + norm);
        assertParameters("Dasheng-0.6B", vit(1280, 32) + 64 * 4 * 1280 + 1280 + 1280 * 252 + 1280 + bn + 2 * 1280);
        assertParameters("Dasheng-1.2B", vit(1536, 40) + 64 * 4 * 1536 + 1536 + 1536 * 252 + 1536 + bn + 2 * 1536);
        long gate = 64 * 8 + 8 + 12;
        long convolution = 128 + 768 * 48 * 128 + 768;
        long beats = 512 * 256 + 2 * 512 + 512 * 768 + 768 + convolution + norm + vit(768, 12) + 12 * gate + 320 * 12;
        assertParameters("BEATs", beats);
        assertParameters("BEATs+", beats);
        long gates = 12 * (768 * 768 + 768);
        assertParameters("BAT", vit(768, 12) + patch + 768 + norm + gates);
        for (String name : List.of("CED", "CED-small", "CED-mini", "CED-tiny")) {
            long dim = release(name).size().dim();
            assertParameters(name, vit(dim, 12) + 256 * dim + dim + 63 * dim + 4 * dim + bn + 2 * dim);
        }
        assertParameters("M2D", vit(768, 12) + patch + 768 + (1 + 5 * 62) * 768 + norm);
        long unbiased = vit(768, 12) - 12 * 3 * 768;
        assertParameters("ATST-Frame", unbiased + 64 * 4 * 768 + 768 + 251 * 768 + norm);
        assertParameters("SSAST-patch", vit(768, 12) + patch + 2 * 768 + (2 + 8 * 64) * 768 + norm);
        assertParameters("SSAST-frame", vit(768, 12) + 128 * 2 * 768 + 768 + 2 * 768 + (2 + 512) * 768 + norm);
        assertParameters("MAE-AST-patch", vit(768, 12) + patch + norm);
        assertParameters("MAE-AST-frame", vit(768, 12) + 128 * 2 * 768 + 768 + norm);
        assertParameters("BEATs_strong", beats);
        assertParameters("ASIT_strong", vit(768, 12) + patch + 768 + (1 + 37 * 8) * 768 + norm);
        assertParameters("ATST-F_strong", unbiased + 64 * 4 * 768 + 768 + 251 * 768 + norm);
        assertParameters("M2D_strong", vit(768, 12) + patch + 768 + (1 + 5 * 62) * 768 + norm);
        long kwtBlock = 3 * 64 * 64 + 64 * 64 + 64 + 4 * 64 + 64 * 256 + 256 + 256 * 64 + 64;
        assertParameters("EfficientAT-mn04", mobileNet(0.4));
        assertParameters("EfficientAT-mn10", mobileNet(1));
        assertParameters("EfficientAT-mn40", mobileNet(4));
        assertParameters("KWT-1", 12 * kwtBlock + 40 * 64 + 64 + 64 + 99 * 64);
    }

    /** The channels of MobileNetV3-Large at a width: multiples of 8, at most a tenth less than asked for. */
    private static long channels(double count) {
        long near = Math.max(8, (long) (count + 4) / 8 * 8);
        return near < 0.9 * count ? near + 8 : near;
    }

    /** MobileNetV3-Large for pictures of one channel (Howard et al. 2019, Table 1), without its head. */
    private static long mobileNet(double width) {
        int[][] blocks = {
            {3, 16, 16, 0}, {3, 64, 24, 0}, {3, 72, 24, 0}, {5, 72, 40, 1}, {5, 120, 40, 1}, {5, 120, 40, 1},
            {3, 240, 80, 0}, {3, 200, 80, 0}, {3, 184, 80, 0}, {3, 184, 80, 0}, {3, 480, 112, 1}, {3, 672, 112, 1},
            {5, 672, 160, 1}, {5, 960, 160, 1}, {5, 960, 160, 1}
        };
        long in = channels(16 * width);
        long sum = 9 * in + 2 * in;
        for (int[] b : blocks) {
            long wide = channels(b[1] * width);
            long out = channels(b[2] * width);
            long few = channels(wide / 4.0);
            sum += (wide == in ? 0 : in * wide + 2 * wide) + (long) b[0] * b[0] * wide + 2 * wide;
            sum += (b[3] == 0 ? 0 : 2 * few * wide + few + wide) + wide * out + 2 * out;
            in = out;
        }
        return sum + in * 6 * in + 2 * 6 * in;
    }

    private static void assertParameters(String name, long expected) {
        assertThat(release(name).size().parameters()).as(name).isEqualTo(expected);
    }

    /** Token rows for ten seconds of audio, in whole windows of {@code frames} frames, the last one padded. */
    private static int rows(int rate, int length, int shift, int frames, int patch, int stride) {
        int rowsOfAWindow = (frames - patch) / stride + 1;
        int have = (10 * rate - length) / shift + 1;
        return have <= frames
                ? rowsOfAWindow
                : (int) Math.ceil(10.0 * rate / (rowsOfAWindow * stride * shift)) * rowsOfAWindow;
    }

    @Test
    void gridsFollowFromTheFrontEnds() {
        int bands = 128 / 16;
        for (String name : List.of("Audio-MAE", "EAT", "SSLAM", "EAT+", "SSLAM+", "EAT-large")) {
            assertGrid(name, rows(16_000, 400, 160, 1024, 16, 16), bands);
        }
        int unpadded = (160_000 - 400) / 160 + 1;
        assertGrid("BEATs", unpadded / 16, bands);
        assertGrid("BEATs+", unpadded / 16, bands);
        assertGrid("ASiT", rows(32_000, 800, 320, 592, 16, 16), bands);
        assertGrid("Bird-MAE", rows(32_000, 800, 320, 512, 16, 16), bands);
        assertGrid("AST", rows(16_000, 400, 160, 1024, 16, 10), (128 - 16) / 10 + 1);
        int centred = 1 + 160_000 / 160;
        for (String name : List.of("Dasheng", "Dasheng-0.6B", "Dasheng-1.2B")) {
            assertGrid(name, centred / 4, 64 / 64);
        }
        assertGrid("BAT", (centred - 1 + 15) / 16, bands);
        for (String name : List.of("CED", "CED-small", "CED-mini", "CED-tiny")) {
            assertGrid(name, centred / 16, 64 / 16);
        }
        assertGrid("M2D", centred / 16, 80 / 16);
        assertGrid("ATST-Frame", centred / 4, 1);
        assertGrid("SSAST-patch", rows(16_000, 400, 160, 1024, 16, 16), bands);
        assertGrid("SSAST-frame", rows(16_000, 400, 160, 1024, 2, 2), 1);
        assertGrid("MAE-AST-patch", unpadded / 16, bands);
        assertGrid("MAE-AST-frame", unpadded / 2, 1);
        assertGrid("BEATs_strong", unpadded / 16, bands);
        assertGrid("ASIT_strong", unpadded / 16, bands);
        assertGrid("ATST-F_strong", centred / 4, 1);
        assertGrid("M2D_strong", centred / 16, 80 / 16);
        assertGrid("EfficientAT-mn04", (160_000 / 160 + 31) / 32, 128 / 32);
        assertGrid("KWT-1", 10 * ((16_000 - 480) / 160 + 1), 1);
        assertThat(Releases.all())
                .allMatch(r ->
                        r.tokens().count() == r.tokens().time() * r.tokens().freq());
    }

    private static void assertGrid(String name, int time, int freq) {
        assertThat(release(name).tokens())
                .as(name)
                .extracting(Release.Tokens::time, Release.Tokens::freq)
                .containsExactly(time, freq);
    }

    @Test
    void theEmbeddedEncoderIsAsListed() throws IOException {
        Release listed = release("embedded");
        Encoder encoder = Encoders.embedded();
        TokenMap map = encoder.encode(new float[10 * encoder.describe().sampleRate()]);
        assertGrid("embedded", map.time(), map.freq());
        agree(listed, encoder);
        try (SafetensorsFile file = SafetensorsFile.of("embedded", Encoders.embeddedBytes())) {
            assertThat(file.names().stream()
                            .mapToLong(n -> file.shape(n).elements())
                            .sum())
                    .isEqualTo(listed.size().parameters());
            assertThat(file.metadata()).containsEntry("license", listed.licence());
        }
    }

    private static void agree(Release listed, Encoder encoder) {
        EncoderSpec spec = encoder.describe();
        assertThat(spec.name()).isEqualTo(listed.model());
        assertThat(spec.dim()).isEqualTo(listed.size().dim());
        assertThat(spec.depth()).isEqualTo(listed.size().depth());
        assertThat(spec.description()).contains(listed.size().heads() + " heads");
        assertThat(spec.hasCls()).isEqualTo(listed.tokens().cls());
        assertThat(spec.grid().order()).isEqualTo(listed.tokens().order());
        assertThat(spec.classes()).hasSize(listed.classes());
    }

    /**
     * Where there are key lists of whole checkpoints, the encoder's part of them has the stated number of weights.
     */
    @TestFactory
    @Tag("golden")
    List<DynamicTest> keyLists() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Golden.require("full_small"))) {
            for (Path folder : folders.sorted().toList()) {
                if (Files.exists(folder.resolve("state_dict_keys.json"))) {
                    tests.add(dynamicTest(folder.getFileName().toString(), () -> keyList(folder)));
                }
            }
        }
        return Golden.cases("key lists", tests);
    }

    private static void keyList(Path folder) throws IOException {
        GoldenEncoder golden = GoldenEncoder.read(folder);
        golden.requireKnown();
        Encoder encoder = Encoders.build(GoldenRecipe.read(folder), golden.settings());
        EncoderSpec spec = encoder.describe();
        String fixed = FIXED.get(spec.name());
        Assumptions.assumeTrue(fixed != null, "it is not known which tensors of " + spec.name() + " are not trained");
        Release listed = Releases.all().stream()
                .filter(r -> r.model().equals(spec.name())
                        && r.size().dim() == spec.dim()
                        && r.size().depth() == spec.depth()
                        && r.classes() == spec.classes().size())
                .findFirst()
                .orElseGet(() -> Assumptions.abort(
                        "no release of " + spec.name() + " has " + spec.dim() + " x " + spec.depth()));
        JsonNode keys = new ObjectMapper()
                .readTree(folder.resolve("state_dict_keys.json").toFile())
                .get("model");
        Checkpoint file = new KeyList(keys);
        KeyMatch match = Encoders.recognize(file, "").match();
        assertThat(match.missing()).isEmpty();
        assertThat(match.taken()).containsKey(fixed);
        long sum = match.taken().entrySet().stream()
                .filter(e -> !e.getKey().equals(fixed))
                .mapToLong(e -> file.shape(e.getValue()).elements())
                .sum();
        assertThat(listed.size().parameters()).isEqualTo(sum);
        agree(listed, encoder);
    }

    /** Names and shapes of a checkpoint that we have only as a list of keys. */
    private record KeyList(JsonNode keys) implements Checkpoint {
        @Override
        public String origin() {
            return "key list";
        }

        @Override
        public List<String> names() {
            return keys.propertyStream().map(Map.Entry::getKey).toList();
        }

        @Override
        public Shape shape(String name) {
            JsonNode sizes = keys.get(name).get(0);
            long[] dims = new long[sizes.size()];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = sizes.get(i).asLong();
            }
            return Shape.of(dims);
        }

        @Override
        public float[] floats(String name) {
            throw new UnsupportedOperationException("only names and shapes are known");
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }
    }
}
