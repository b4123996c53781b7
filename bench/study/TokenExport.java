import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsWriter;

/**
 * Writes the tokens of a cache for other programs: {@code java -cp 'jars/*' TokenExport.java CACHE OUT.safetensors}.
 * Each clip is a tensor {@code [rows, frequency, dim]} by its id, without the rows of padding; {@code metadata.rows}
 * has the seconds at which rows begin, and the end of the last one, separated by commas.
 */
public final class TokenExport {
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        SafetensorsWriter out = new SafetensorsWriter();
        try (TokenCache cache = TokenCache.open(folder)) {
            RowTimes times = CacheOrigin.rowTimes(folder).orElseThrow();
            int most = 0;
            for (CachedClip clip : cache.clips()) {
                TokenMap map = cache.read(clip.id());
                int rows = clip.sound();
                most = Math.max(most, rows);
                float[] values = Arrays.copyOf(map.tokens(), rows * map.freq() * map.dim());
                out.add(clip.id(), Shape.of(rows, map.freq(), map.dim()), values);
            }
            out.metadata(
                    "rows",
                    IntStream.rangeClosed(0, most)
                            .mapToObj(t -> Double.toString(times.seconds(t)))
                            .collect(Collectors.joining(",")));
        }
        out.write(Path.of(args[1]));
    }
}
