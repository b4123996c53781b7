package org.unmute.probes.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.MalformedFileException;
import org.unmute.models.encoder.RowTimes;

/** The search among vectors equals a slow loop, and its file tells damage. */
class NearestVectorsTest {
    private static final int DIM = 5;
    private static final int CLIPS = 30;

    @TempDir
    Path folder;

    private final SplittableRandom random = new SplittableRandom(1);
    private final List<float[]> stored = new ArrayList<>();
    private final List<Integer> clipOf = new ArrayList<>();
    private Path file;

    @BeforeEach
    void write() throws IOException {
        List<VectorIndexHead.Clip> clips = new ArrayList<>();
        for (int c = 0; c < CLIPS; c++) {
            int vectors = 1 + random.nextInt(600);
            clips.add(new VectorIndexHead.Clip("clip é" + c, vectors + 3, vectors));
        }
        file = folder.resolve("some.vectors");
        int[] clip = {0};
        VectorIndexHead head = new VectorIndexHead(1, DIM, new RowTimes(10, 10, 0, 0), "digest", clips);
        VectorIndexWriter.write(file, head, own -> {
            float[][] vectors = new float[own.vectors()][];
            for (int i = 0; i < vectors.length; i++) {
                // Few values, so that scores are often equal.
                vectors[i] = unit(random.nextInt(3));
                stored.add(vectors[i]);
                clipOf.add(clip[0]);
            }
            clip[0]++;
            return vectors;
        });
    }

    private float[] unit(int range) {
        double[] v = new double[DIM];
        for (int d = 0; d < DIM; d++) {
            v[d] = range == 0 ? random.nextDouble() - 0.5 : random.nextInt(-1, 2);
        }
        return VectorIndexWriter.unit(v);
    }

    private static double dot(float[] stored, float[] example) {
        double sum = 0;
        for (int d = 0; d < DIM; d++) {
            sum += (double) Float.float16ToFloat(Float.floatToFloat16(stored[d])) * example[d];
        }
        return sum;
    }

    private static double max(float[] stored, List<float[]> examples) {
        return examples.stream().mapToDouble(e -> dot(stored, e)).max().orElse(0);
    }

    @Test
    void equalsASlowLoop() throws IOException {
        List<float[]> wanted = List.of(unit(0), unit(0));
        for (List<float[]> avoided : List.of(List.<float[]>of(), List.of(unit(0)))) {
            try (VectorIndex index = VectorIndex.open(file)) {
                assertThat(index.count()).isGreaterThan(VectorIndex.BLOCK);
                assertThat(index.verify()).isEmpty();
                List<ScoredRow> best =
                        new NearestVectors(index, wanted, avoided).best(50, clip -> clip % 3 != 0, row -> row % 7 != 0);
                double[] scores = stored.stream()
                        .mapToDouble(v -> max(v, wanted) - max(v, avoided))
                        .toArray();
                List<Integer> rows = new ArrayList<>();
                for (int i = 0; i < scores.length; i++) {
                    assertThat(index.clipOf(i)).isEqualTo(clipOf.get(i));
                    if (clipOf.get(i) % 3 != 0 && i % 7 != 0) {
                        rows.add(i);
                    }
                }
                rows.sort(Comparator.comparingDouble((Integer i) -> -scores[i]));
                assertThat(best).hasSize(50);
                for (int i = 0; i < best.size(); i++) {
                    // Rows whose scores differ by rounding may change places.
                    assertThat(best.get(i).score()).isEqualTo((float) scores[rows.get(i)], within(1e-6f));
                    assertThat((double) best.get(i).score())
                            .isEqualTo(scores[(int) best.get(i).row()], within(1e-6));
                    if (i > 0 && best.get(i).score() == best.get(i - 1).score()) {
                        assertThat(best.get(i).row())
                                .isGreaterThan(best.get(i - 1).row());
                    }
                }
            }
        }
    }

    @Test
    void everyDamageIsFound() throws IOException {
        byte[] intact = Files.readAllBytes(file);
        for (int at = 0; at < intact.length; at += 1 + at / 20) {
            byte[] damaged = intact.clone();
            damaged[at] ^= 4;
            Files.write(file, damaged);
            assertThatThrownBy(this::readAll).as("byte %s", at).isInstanceOf(MalformedFileException.class);
        }
        for (int size : new int[] {0, 5, 20, 400, intact.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(intact, size));
            assertThatThrownBy(this::readAll).as("size %s", size).isInstanceOf(MalformedFileException.class);
        }
    }

    private void readAll() throws IOException {
        try (VectorIndex index = VectorIndex.open(file)) {
            new NearestVectors(index, List.of(unit(0)), List.of()).best(1, _ -> true, _ -> true);
        }
    }

    @Test
    void stretchesBeginWhereTheirFirstRowBegins() {
        // Rows of 0.4 s: they begin at 0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4 s.
        RowTimes times = new RowTimes(10, 4, 0, 0);
        assertThat(RowStretches.borders(times, 7, 1)).containsExactly(0, 3, 5, 7);
        assertThat(RowStretches.borders(times, 6, 1)).containsExactly(0, 3, 5, 6);
        assertThat(RowStretches.borders(times, 3, 0.1)).containsExactly(0, 1, 2, 3);
        assertThat(RowStretches.borders(times, 1, 5)).containsExactly(0, 1);
    }
}
