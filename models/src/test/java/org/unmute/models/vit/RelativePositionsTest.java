package org.unmute.models.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.io.SafetensorsFile;

class RelativePositionsTest {
    private static final Pattern BUCKETS = Pattern.compile("beats_bucket_(\\d+)_(\\d+)_rel_minus(\\d+)_to_(\\d+)");

    private static int[] buckets(int from, int to, int buckets, int maxDistance) {
        int[] all = new int[to - from + 1];
        for (int i = 0; i < all.length; i++) {
            all[i] = RelativePositions.bucket(from + i, buckets, maxDistance);
        }
        return all;
    }

    @Test
    @Tag("golden")
    void bucketsAreTheAuthors() throws IOException {
        List<String> compared = new ArrayList<>();
        try (SafetensorsFile file = SafetensorsFile.open(Golden.require("tables/position_tables.safetensors"))) {
            for (String name : file.names()) {
                Matcher m = BUCKETS.matcher(name);
                if (m.matches()) {
                    int[] own = buckets(
                            -Integer.parseInt(m.group(3)),
                            Integer.parseInt(m.group(4)),
                            Integer.parseInt(m.group(1)),
                            Integer.parseInt(m.group(2)));
                    assertThat(own).as(name).isEqualTo(file.ints(name));
                    compared.add(name);
                }
            }
        }
        Golden.cases("beats_bucket_…", compared);
    }

    @Test
    @Tag("golden")
    void bucketsOfEveryEncoderFolderAreTheAuthors() throws IOException {
        Optional<Path> root = Golden.folder("tiny");
        List<String> compared = new ArrayList<>();
        try (Stream<Path> folders = root.isEmpty() ? Stream.empty() : Files.list(root.get())) {
            for (Path folder : folders.sorted().toList()) {
                Path stored = folder.resolve("expected.safetensors");
                if (!Files.exists(stored)) {
                    continue;
                }
                try (SafetensorsFile file = SafetensorsFile.open(stored)) {
                    if (file.has("rel_bucket")) {
                        JsonNode cfg = new ObjectMapper()
                                .readTree(folder.resolve("config.json").toFile())
                                .get("cfg");
                        int[] expected = file.ints("rel_bucket");
                        int most = expected.length / 2;
                        assertThat(buckets(
                                        -most,
                                        most,
                                        cfg.get("num_buckets").asInt(),
                                        cfg.get("max_distance").asInt()))
                                .as(folder + " rel_bucket")
                                .isEqualTo(expected);
                        compared.add(folder.toString());
                    }
                }
            }
        }
        Golden.cases("rel_bucket", compared);
    }

    private static RelativePositions positions(int buckets, int heads, int maxDistance) {
        float[] table = new float[buckets * heads];
        for (int i = 0; i < table.length; i++) {
            table[i] = i / heads + 1000 * (i % heads);
        }
        return new RelativePositions(Tensor.of(table, buckets, heads), maxDistance);
    }

    @Test
    void scoresAreTheTableAtTheDistanceFromQueryToKey() {
        float[] scores = positions(8, 2, 16).scores(30).toFloats();
        for (int h = 0; h < 2; h++) {
            for (int query = 0; query < 30; query++) {
                for (int key = 0; key < 30; key++) {
                    assertThat(scores[(h * 30 + query) * 30 + key])
                            .isEqualTo(RelativePositions.bucket(key - query, 8, 16) + 1000f * h);
                }
            }
        }
        assertThat(positions(8, 2, 16).scores(1).toFloats()).containsExactly(0, 1000);
    }

    @Test
    void scoresOfOneLengthAreComputedOnceAndOutliveTheScope() throws Exception {
        RelativePositions p = positions(8, 2, 16);
        Tensor first;
        try (TensorScope _ = new TensorScope()) {
            first = p.scores(7);
        }
        assertThat(p.scores(7)).isSameAs(first);
        assertThat(first.toFloats()).hasSize(98);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Tensor>> all = IntStream.range(0, 40)
                    .mapToObj(i -> threads.submit(() -> p.scores(5 + i % 2)))
                    .toList();
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).get()).isSameAs(p.scores(5 + i % 2));
            }
        }
    }

    @Test
    void theLongestUnusedLengthGoes() {
        RelativePositions p = positions(8, 2, 16);
        Tensor first = p.scores(3);
        for (int n = 4; n <= 6; n++) {
            p.scores(n);
        }
        assertThat(p.scores(3)).isSameAs(first);
        Tensor second = p.scores(4);
        for (int n = 7; n <= 9; n++) {
            p.scores(n);
        }
        assertThat(p.scores(4)).isSameAs(second);
        assertThat(p.scores(3)).isNotSameAs(first);
    }

    @Test
    void sizesThatMakeNoBucketsAreRefused() {
        assertThatThrownBy(() -> positions(3, 1, 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("num_buckets must be at least 4", "3 and 16");
        assertThatThrownBy(() -> positions(32, 1, 8)).hasMessageContaining("32 and 8");
        assertThatThrownBy(() -> new RelativePositions(Tensor.of(new float[8], 8), 16))
                .hasMessageContaining("[buckets, heads]");
        assertThat(RelativePositions.bucket(1_000_000_000, 4, 2)).isEqualTo(3);
        assertThat(RelativePositions.bucket(-1_000_000_000, 4, 2)).isEqualTo(1);
    }

    @Test
    void theGateIsTheAuthorsFormula() {
        // One head with two channels: u = [q0, q0, q0, q0, q1, q1, q1, q1], plus 0.25 for the first element.
        float[] weight = new float[16];
        for (int i = 0; i < 8; i++) {
            weight[2 * i + (i < 4 ? 0 : 1)] = 1;
        }
        Linear linear = new Linear(Tensor.of(weight, 8, 2), Tensor.of(new float[] {0.25f, 0, 0, 0, 0, 0, 0, 0}, 8));
        GatedPositions gated = new GatedPositions(positions(4, 1, 8), linear, Tensor.of(new float[] {3}, 1, 1, 1));
        float[] queries = {0.1f, -0.2f, 0.5f, 0.4f};
        float[] gate = gated.gate(Tensor.of(queries, 1, 1, 2, 2)).toFloats();
        float[] scores = gated.of(Tensor.of(queries, 1, 1, 2, 2)).toFloats();
        float[] table = gated.positions().scores(2).toFloats();
        for (int i = 0; i < 2; i++) {
            double a = 1 / (1 + Math.exp(-(4 * queries[2 * i] + 0.25)));
            double b = 1 / (1 + Math.exp(-4 * queries[2 * i + 1]));
            double wanted = a * (b * 3 - 1) + 2;
            assertThat((double) gate[i]).isCloseTo(wanted, org.assertj.core.data.Offset.offset(1e-6));
            for (int j = 0; j < 2; j++) {
                assertThat((double) scores[2 * i + j])
                        .isCloseTo(wanted * table[2 * i + j], org.assertj.core.data.Offset.offset(1e-5));
            }
        }
    }
}
