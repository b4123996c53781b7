import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.vector.NearestVectors;
import org.unmute.probes.vector.ScoredRow;
import org.unmute.probes.vector.VectorIndex;
import org.unmute.probes.vector.VectorIndexHead;
import org.unmute.probes.vector.VectorIndexWriter;
import org.unmute.tensor.backend.Backends;

/**
 * Times the search among vectors: {@code java -cp 'jars/*' SearchSpeed.java INDEX VECTORS DIM REPEATS}. Makes an index of
 * random vectors, one for each second of clips of ten minutes, unless the file is there.
 */
final class SearchSpeed {
    private static final int CLIP = 600;
    private static final int BEST = 100;

    private SearchSpeed() {}

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        int count = Integer.parseInt(args[1]);
        int dim = Integer.parseInt(args[2]);
        Backends.use(Backends.open("auto", Runtime.getRuntime().availableProcessors()));
        if (!Files.exists(file)) {
            write(file, count, dim);
        }
        try (VectorIndex index = VectorIndex.open(file)) {
            NearestVectors nearest =
                    new NearestVectors(index, List.of(vector(new SplittableRandom(-1), dim)), List.of());
            for (int i = 0; i < Integer.parseInt(args[3]); i++) {
                long begun = System.nanoTime();
                List<ScoredRow> best = nearest.best(BEST, _ -> true, _ -> true);
                double seconds = (System.nanoTime() - begun) / 1e9;
                System.out.printf(
                        Locale.ROOT,
                        "%d vectors of %d, %.2f s, %.0f hours a second, %.2f MB an hour, best %s%n",
                        index.count(),
                        dim,
                        seconds,
                        index.count() / 3600.0 / seconds,
                        index.bytes() / (index.count() / 3600.0) / 1e6,
                        best.getFirst());
            }
        }
    }

    private static void write(Path file, int count, int dim) throws IOException {
        List<VectorIndexHead.Clip> clips = new ArrayList<>();
        for (int at = 0; at < count; at += CLIP) {
            int own = Math.min(CLIP, count - at);
            clips.add(new VectorIndexHead.Clip("recording-" + clips.size() + ".wav", own, own));
        }
        VectorIndexHead head = new VectorIndexHead(1, dim, new RowTimes(16000, 16000, 0, 0), "random", clips);
        int[] number = {0};
        VectorIndexWriter.write(file, head, clip -> {
            int first = number[0];
            number[0] += clip.vectors();
            return IntStream.range(0, clip.vectors())
                    .parallel()
                    .mapToObj(i -> vector(new SplittableRandom(first + i), dim))
                    .toArray(float[][]::new);
        });
    }

    private static float[] vector(SplittableRandom random, int dim) {
        double[] entries = new double[dim];
        Arrays.setAll(entries, _ -> random.nextDouble() - 0.5);
        return VectorIndexWriter.unit(entries);
    }
}
