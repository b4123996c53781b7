package org.unmute.data.scene;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.data.CsvWriter;
import org.unmute.data.Part;
import org.unmute.data.TextTable;
import org.unmute.files.Sha256;

/**
 * Recordings that are mostly background, with events of each class at a known rate; {@code bench/sparse-hours} starts
 * it and documents the arguments. The number of events of a class is Poisson distributed, and every position is equally
 * likely. Recording {@code i} of a part is a pure function of the arguments. Parts share neither a sound nor a seed.
 */
public final class SparseHours {
    private static final List<String> KINDS = List.of("pink", "brown", "wind", "hum", "insects", "traffic", "clicks");
    /** The others sound like an engine and like crackle, which are classes of synthetic sounds. */
    private static final List<String> UNLIKE_SOUNDS = KINDS.subList(0, 5);

    private static final int LONGEST_EVENT = 30 * Dsp.RATE;
    /** Between two events of a class, since tables cannot distinguish events that touch. */
    private static final int PAUSE = Dsp.RATE / 2;

    private static final double HIGHEST_PEAK = 0.7;
    private static final double[] CROSSFADE = fade(Dsp.RATE);
    private static final double[] EVENT_FADE = fade(Dsp.RATE / 200);

    private final long seed;
    private final int samples;
    private final double expected;
    /** By class; empty for synthetic sounds. */
    private final Map<Part, Map<String, List<String>>> sounds = new EnumMap<>(Part.class);

    private Path folder;

    /** A piece of background: its first sample, and its RMS in dB of full scale. */
    private record Layer(long at, double level) {}

    private record Placed(Scene.Event event, float[] x, AudibleExtent extent, long at, double gain) {
        boolean touches(long start, int length) {
            return start < at + extent.to() - extent.from() + PAUSE && at < start + length + PAUSE;
        }
    }

    private SparseHours(long seed, double seconds, double perHour) {
        this.seed = seed;
        samples = (int) Math.round(seconds * Dsp.RATE);
        expected = perHour * seconds / 3600;
    }

    public static void main(String[] args) throws IOException {
        Path out = Path.of(args[0]);
        SparseHours hours =
                new SparseHours(Long.parseLong(args[1]), Double.parseDouble(args[2]), Double.parseDouble(args[3]));
        Map<Part, Integer> counts = new EnumMap<>(Part.class);
        for (String count : args[4].split(",")) {
            counts.put(Part.of(count.split("=")[0]), Integer.parseInt(count.split("=")[1]));
        }
        if (args.length > 5) {
            hours.readSounds(Path.of(args[5]), Path.of(args[6]), counts.keySet());
        }
        CsvWriter manifest = new CsvWriter("file", "labels", "split");
        CsvWriter sources = new CsvWriter("file", "start", "end", "label", "source", "snr_db");
        for (Map.Entry<Part, Integer> count : counts.entrySet()) {
            String part = count.getKey().label();
            Files.createDirectories(out.resolve(part));
            StringBuilder events = new StringBuilder(SceneFolder.EVENT_HEADER);
            for (int i = 0; i < count.getValue(); i++) {
                String file = String.format("%s/%06d.wav", part, i);
                List<Scene.Event> all = hours.write(out.resolve(file), count.getKey(), i);
                Set<String> labels = new TreeSet<>();
                for (Scene.Event e : all) {
                    labels.add(e.label());
                    events.append(SceneFolder.eventRow(file, e));
                    sources.row(
                            file,
                            decimal(e.onset(), 6),
                            decimal(e.end(), 6),
                            e.label(),
                            e.source(),
                            decimal(e.gainDb(), 2));
                }
                events.append(all.isEmpty() ? file + "\t\t\t\n" : "");
                manifest.row(file, String.join(";", labels), part);
            }
            Files.writeString(out.resolve(part + "-events.tsv"), events);
        }
        sources.write(out.resolve("sources.csv"));
        manifest.write(out.resolve(SceneFolder.MANIFEST));
    }

    private static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** Folds 1, 2 and 3 are those of training, validation and test. Of files with the same bytes only the first is used. */
    private void readSounds(Path table, Path audio, Set<Part> parts) throws IOException {
        folder = audio;
        Set<String> hashes = new HashSet<>();
        TextTable.forEach(table, row -> {
            int fold = Integer.parseInt(row.text("fold"));
            String file = row.text("file");
            if (fold <= Part.values().length
                    && parts.contains(Part.values()[fold - 1])
                    && hashes.add(Sha256.of(audio.resolve(file)))) {
                sounds.computeIfAbsent(Part.values()[fold - 1], p -> new TreeMap<>())
                        .computeIfAbsent(row.text("category"), l -> new ArrayList<>())
                        .add(file);
            }
        });
        sounds.values().forEach(of -> of.values().forEach(files -> files.sort(null)));
        if (!sounds.keySet().equals(parts)
                || sounds.values().stream().map(Map::keySet).distinct().count() > 1) {
            throw new IllegalArgumentException(table + ": each of the folds 1, 2 and 3 of " + parts
                    + " must have files of all classes: " + sounds.keySet());
        }
    }

    /** Distinct for distinct numbers, since {@link SceneRandom#mix} is a bijection. */
    private long seed(long stream, long number) {
        return SceneRandom.mix(SceneRandom.mix(seed + stream) + number);
    }

    private List<Scene.Event> write(Path file, Part part, int index) throws IOException {
        long number = (long) index * Part.values().length + part.ordinal();
        long own = seed(0x1D8E4E27C47D124FL, number);
        double[] mix = new double[samples];
        List<Layer> layers = background(mix, number, new SceneRandom(own));
        List<Placed> all = new ArrayList<>();
        List<String> labels = sounds.isEmpty()
                ? SyntheticScenes.classNames().stream().sorted().toList()
                : List.copyOf(sounds.get(part).keySet());
        for (int c = 0; c < labels.size() && expected > 0; c++) {
            SceneRandom random = new SceneRandom(SceneRandom.mix(own + c + 1));
            int count = poisson(random);
            List<Placed> ofClass = new ArrayList<>();
            for (int k = 0; k < count; k++) {
                long eventSeed = seed(0x369DEA0F31A53F85L, number << 30 | (long) c << 20 | k);
                ofClass.add(place(part, labels.get(c), eventSeed, random, ofClass, layers));
            }
            all.addAll(ofClass);
        }
        all.sort(Comparator.comparingLong(Placed::at)
                .thenComparing(placed -> placed.event().label()));
        for (Placed p : all) {
            add(mix, p.at, p.x, p.extent, p.gain, EVENT_FADE, EVENT_FADE);
        }
        float[] wave = new float[samples];
        for (int i = 0; i < samples; i++) {
            wave[i] = (float) Math.clamp(mix[i], -1, 1);
        }
        Wav.write(file, wave, Dsp.RATE);
        return all.stream().map(Placed::event).toList();
    }

    /** Pieces of noise of 20 to 60 s, with RMS from -50 to -35 dB, that fade into each other. */
    private List<Layer> background(double[] mix, long number, SceneRandom random) {
        List<String> kinds = sounds.isEmpty() && expected > 0 ? UNLIKE_SOUNDS : KINDS;
        List<Layer> layers = new ArrayList<>();
        int fade = CROSSFADE.length;
        int length;
        for (long at = 0; at + (layers.isEmpty() ? 0 : fade) < samples; at += length - fade) {
            length = (int) Math.min((long) (random.uniform(20, 60) * Dsp.RATE), samples - at);
            double level = random.uniform(-50, -35);
            String kind = kinds.get(random.between(0, kinds.size() - 1));
            float[] x = BackgroundNoises.of(kind, seed(0x2545F4914F6CDD1DL, number << 20 | layers.size()), length);
            float gain = (float) (Dsp.fromDb(level) / Dsp.rms(x, 0, length));
            for (int i = 0; i < length; i++) {
                x[i] *= gain;
            }
            double[] in = layers.isEmpty() ? new double[0] : CROSSFADE;
            double[] out = at + length < samples ? CROSSFADE : new double[0];
            add(mix, at, x, new AudibleExtent(0, length), 1, in, out);
            layers.add(new Layer(at, level));
        }
        return layers;
    }

    /** The number of events of a class in a recording: the arrivals of a Poisson process in that time. */
    private int poisson(SceneRandom random) {
        int count = 0;
        double time = -StrictMath.log(1 - random.nextDouble());
        while (time < expected) {
            count++;
            time -= StrictMath.log(1 - random.nextDouble());
        }
        return count;
    }

    /** An event at a random place, 0 to 20 dB above the background there. */
    private Placed place(
            Part part, String label, long eventSeed, SceneRandom random, List<Placed> others, List<Layer> layers)
            throws IOException {
        String source = "synth:" + Long.toHexString(eventSeed);
        float[] x;
        if (sounds.isEmpty()) {
            x = Synthesizer.event(Sound.values()[SyntheticScenes.classNames().indexOf(label)], eventSeed);
        } else {
            List<String> files = sounds.get(part).get(label);
            source = files.get(random.between(0, files.size() - 1));
            x = AudioFiles.read(folder.resolve(source))
                    .resampled(Dsp.RATE, Resampler.Kernel.HANN)
                    .samples();
        }
        AudibleExtent extent = SceneMixer.extent(source, x, Math.min(samples, LONGEST_EVENT), random);
        int length = extent.to() - extent.from();
        long at = 0;
        for (int attempt = 0; attempt < 200; attempt++) {
            long next = (long) (random.nextDouble() * (samples - length + 1));
            at = next;
            if (others.stream().noneMatch(other -> other.touches(next, length))) {
                break;
            }
        }
        long middle = at + length / 2;
        double level = layers.stream().filter(l -> l.at <= middle).toList().getLast().level;
        double snr = random.uniform(0, 20);
        double rms = Dsp.rms(x, extent.from(), extent.to());
        double gain = Dsp.fromDb(level + snr) / rms;
        double peak = 0;
        for (int i = extent.from(); i < extent.to(); i++) {
            peak = Math.max(peak, Math.abs(x[i]));
        }
        if (gain * peak > HIGHEST_PEAK) {
            gain = HIGHEST_PEAK / peak;
            snr = 20 * StrictMath.log10(gain * rms) - level;
        }
        AudibleExtent audible = extent.audible(x, AudibleExtent.silence(x));
        double onset = (double) (at + audible.from() - extent.from()) / Dsp.RATE;
        double end = (double) (at + audible.to() - extent.from()) / Dsp.RATE;
        Scene.Event event = new Scene.Event(label, source, snr, (double) at / Dsp.RATE, onset, end);
        return new Placed(event, x, extent, at, gain);
    }

    /** A quarter of a sine: pieces are uncorrelated, so their powers add up to a constant. */
    private static double[] fade(int length) {
        double[] weights = new double[length];
        for (int i = 0; i < length; i++) {
            weights[i] = (float) StrictMath.sin(StrictMath.PI / 2 * (i + 0.5) / length);
        }
        return weights;
    }

    private static void add(
            double[] mix, long at, float[] x, AudibleExtent extent, double gain, double[] in, double[] out) {
        int length = extent.to() - extent.from();
        for (int i = 0; i < length; i++) {
            int left = length - 1 - i;
            double weight = (i < in.length ? in[i] : 1) * (left < out.length ? out[left] : 1);
            mix[(int) at + i] += gain * weight * x[extent.from() + i];
        }
    }
}
