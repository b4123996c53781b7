package org.unmute.cli.audio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.models.encoder.EncoderBand;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;

/**
 * Estimates lengths and sample rates of recordings before they are read. Up to 256 headers are read; all other lengths,
 * and those that a header does not state, are estimated from the file size. Takes about a second at most, regardless of
 * the number of recordings.
 */
public final class RecordingSurvey {
    /** Maximum number of headers read. */
    private static final int HEADERS = 256;

    private static final long HEADER_NANOS = 500_000_000L;
    private static final long SIZE_NANOS = 500_000_000L;
    /** Seconds per byte if no header was read: MP3 and Ogg at 128 kbit/s, others at 16 bits and 44.1 kHz. */
    private static final double COMPRESSED = 1 / 16_000.0;

    private static final double UNCOMPRESSED = 1 / 88_200.0;
    private static final Set<String> COMPRESSED_EXTENSIONS = Set.of("mp3", "ogg", "oga");

    private final Map<Path, Double> seconds = new HashMap<>();
    private final Map<Integer, Integer> rates = new TreeMap<>();
    private final Map<String, double[]> secondsAndBytes = new HashMap<>();
    private double mean = 1;
    private double total;
    private int looked;

    private RecordingSurvey() {}

    /** Opens the recordings. Those that cannot be opened are not reported here. */
    public static RecordingSurvey of(List<AudioClip> clips) {
        RecordingSurvey survey = new RecordingSurvey();
        List<Path> files = clips.stream().map(AudioClip::path).distinct().toList();
        survey.readHeaders(files);
        survey.readSizes(files);
        survey.mean =
                survey.seconds.values().stream().mapToDouble(s -> s).average().orElse(1);
        survey.total = clips.stream().mapToDouble(survey::seconds).sum();
        return survey;
    }

    /** Reads headers of files spread over the list, since formats may differ between its beginning and its end. */
    private void readHeaders(List<Path> files) {
        long begun = System.nanoTime();
        int n = Math.min(HEADERS, files.size());
        int step = stepThrough(n);
        for (int i = 0; i < n && System.nanoTime() - begun < HEADER_NANOS; i++) {
            Path file = files.get((int) ((long) i * step % n * files.size() / n));
            if (!Files.isRegularFile(file)) {
                continue; // a pipe cannot be read twice
            }
            try (AudioStream stream = AudioFiles.open(file)) {
                looked++;
                rates.merge(stream.sampleRate(), 1, Integer::sum);
                if (!Double.isNaN(stream.seconds())) {
                    seconds.put(file, stream.seconds());
                    double[] sums = secondsAndBytes.computeIfAbsent(extension(file), _ -> new double[2]);
                    sums[0] += stream.seconds();
                    sums[1] += Files.size(file);
                }
            } catch (IOException | IllegalArgumentException e) {
                continue; // reported when the file is read
            }
        }
    }

    /** A step size that visits all {@code n} indices, and spreads them well if time runs out before. */
    private static int stepThrough(int n) {
        int step = Math.max(1, (int) (n * 0.618));
        while (gcd(step, n) != 1) {
            step++;
        }
        return step;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    private void readSizes(List<Path> files) {
        long begun = System.nanoTime();
        for (Path file : files) {
            if (System.nanoTime() - begun > SIZE_NANOS) {
                return;
            }
            if (!seconds.containsKey(file)) {
                try {
                    seconds.put(file, Files.size(file) * secondsPerByte(extension(file)));
                } catch (IOException e) {
                    seconds.put(file, 0.0); // reported when the file is read
                }
            }
        }
    }

    private double secondsPerByte(String extension) {
        double[] sums = secondsAndBytes.get(extension);
        if (sums != null && sums[1] > 0) {
            return sums[0] / sums[1];
        }
        return COMPRESSED_EXTENSIONS.contains(extension) ? COMPRESSED : UNCOMPRESSED;
    }

    private static String extension(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** The expected length of a clip, in seconds. */
    public double seconds(AudioClip clip) {
        double file = seconds.getOrDefault(clip.path(), mean);
        if (clip.end() < Double.POSITIVE_INFINITY) {
            return clip.end() - clip.start();
        }
        return Math.max(0, file - clip.start());
    }

    /** The expected total length of all clips, in seconds. */
    public double seconds() {
        return total;
    }

    /**
     * A line that names the frequencies which the encoder ignores; empty if no sample rate exceeds that of the encoder.
     *
     * @param encoder its sample rate and front end determine the highest frequency it uses
     */
    public Optional<String> unheard(EncoderSpec encoder) {
        List<Integer> above = rates.keySet().stream()
                .filter(r -> r / 2.0 > encoder.speed().recordedHertz(encoder.sampleRate() / 2.0))
                .toList();
        if (above.isEmpty()) {
            return Optional.empty();
        }
        int many = above.stream().mapToInt(rates::get).sum();
        double hears = EncoderBand.of(encoder).high();
        String which = many == looked ? "recordings" : many + " of " + looked + " recordings looked at,";
        return Optional.of(which + " at "
                + above.stream().map(RecordingSurvey::kilohertz).collect(Collectors.joining(", ")) + " kHz: "
                + encoder.name() + " hears up to " + kilohertz(hears) + " kHz, so what they hold from there to "
                + kilohertz(above.getLast() / 2.0) + " kHz is not used");
    }

    private static String kilohertz(double hertz) {
        String text = String.format(Locale.ROOT, "%.2f", hertz / 1000);
        return text.replaceAll("\\.?0+$", "");
    }
}
