package org.unmute.data.scene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.audio.Resampler;

/**
 * Mixes labelled single-event recordings into multi-label scenes: different classes, random levels, random offsets and,
 * if wanted, random pitch.
 * Scene {@code i} of a split is a pure function of (recordings, options, seed, split, i). Train scenes use recordings
 * of the train folds only, and test scenes recordings of the test folds only.
 */
public final class SceneMixer {
    /**
     * A recording of one event.
     *
     * @param id unique name, written to the manifest
     * @param label its class
     * @param fold the fold it belongs to
     * @param samples reads the recording
     */
    public record SourceClip(String id, String label, String fold, Samples samples) {}

    /**
     * @param sampleRate samples per second of all recordings and scenes
     * @param seconds length of a scene, above 0 and at most 600
     * @param minEvents minimum number of events in a scene, at least 1
     * @param maxEvents maximum number of events in a scene
     * @param minGainDb minimum RMS level of each further event relative to the first, in dB
     * @param maxGainDb maximum RMS level of each further event relative to the first, in dB
     * @param octaves each recording is transposed by a random interval of at most so many octaves down or up, as if it
     *     were played slower or faster; 0 for none, at most 2
     */
    public record Options(
            int sampleRate,
            double seconds,
            int minEvents,
            int maxEvents,
            double minGainDb,
            double maxGainDb,
            double octaves) {
        public Options {
            if (sampleRate < 1000 || sampleRate > 768000) {
                throw new IllegalArgumentException(
                        "soundscape: sample rate must lie in [1000, 768000] Hz: " + sampleRate);
            }
            if (!(seconds > 0 && seconds <= 600)) {
                throw new IllegalArgumentException("soundscape: seconds must be above 0 and at most 600: " + seconds);
            }
            if (minEvents < 1 || maxEvents < minEvents) {
                throw new IllegalArgumentException("soundscape: events a scene must satisfy 1 <= min <= max: min "
                        + minEvents + ", max " + maxEvents);
            }
            if (!(minGainDb <= maxGainDb && minGainDb >= -60 && maxGainDb <= 60)) {
                throw new IllegalArgumentException("soundscape: gains must satisfy -60 <= min <= max <= 60 dB: min "
                        + minGainDb + ", max " + maxGainDb);
            }
            if (!(octaves >= 0 && octaves <= 2)) {
                throw new IllegalArgumentException(
                        "soundscape: sounds are transposed by 0 to 2 octaves, not by up to " + octaves);
            }
        }

        /** Recordings at their own pitch. */
        public Options(
                int sampleRate, double seconds, int minEvents, int maxEvents, double minGainDb, double maxGainDb) {
            this(sampleRate, seconds, minEvents, maxEvents, minGainDb, maxGainDb, 0);
        }

        /** 5 s scenes of 1 to 3 events, further ones at 0 to -6 dB. */
        public static Options standard(int sampleRate) {
            return new Options(sampleRate, 5, 1, 3, -6, 0);
        }
    }

    private final Options options;
    private final long seed;
    private final Map<Split, Map<String, List<SourceClip>>> byLabel = new HashMap<>();

    /**
     * @param recordings at least {@code options.maxEvents()} classes per split
     * @throws IllegalArgumentException if a fold is in both splits, a source is repeated, a split has no recording or
     *     fewer classes than {@code maxEvents}, or a label is empty or contains the manifest's separator {@code ;}
     */
    public SceneMixer(
            List<SourceClip> recordings, Set<String> trainFolds, Set<String> testFolds, Options options, long seed) {
        this.options = options;
        this.seed = seed;
        for (String fold : trainFolds) {
            if (testFolds.contains(fold)) {
                throw new IllegalArgumentException("soundscape: fold " + fold
                        + " is named for both train and test: train " + new TreeSet<>(trainFolds) + ", test "
                        + new TreeSet<>(testFolds) + ": give each fold to one side");
            }
        }
        Set<String> seen = new TreeSet<>();
        for (SourceClip r : recordings) {
            if (!seen.add(r.id())) {
                throw new IllegalArgumentException("soundscape: the recording is there twice: " + r.id());
            }
            if (r.label().isBlank() || r.label().contains(";")) {
                throw new IllegalArgumentException(
                        "soundscape: a label must not be empty nor contain ';': \"" + r.label() + "\" of " + r.id());
            }
        }
        byLabel.put(Split.TRAIN, group(recordings, Split.TRAIN, trainFolds));
        byLabel.put(Split.TEST, group(recordings, Split.TEST, testFolds));
    }

    private Map<String, List<SourceClip>> group(List<SourceClip> recordings, Split split, Set<String> folds) {
        // Sorted by label and source, so that the order of the manifest's rows does not matter.
        Map<String, List<SourceClip>> groups = new TreeMap<>();
        recordings.stream()
                .filter(r -> folds.contains(r.fold()))
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .forEach(r -> groups.computeIfAbsent(r.label(), l -> new ArrayList<>())
                        .add(r));
        if (groups.size() < options.maxEvents()) {
            Set<String> present = new TreeSet<>();
            recordings.forEach(r -> present.add(r.fold()));
            throw new IllegalArgumentException(
                    "soundscape: the " + split.label() + " folds " + new TreeSet<>(folds) + " hold "
                            + groups.size() + " classes, a scene may have " + options.maxEvents()
                            + " different ones: folds present: "
                            + present + ": choose folds with more classes or fewer events");
        }
        return groups;
    }

    /** The classes of a split, sorted. */
    public List<String> labels(Split split) {
        return List.copyOf(byLabel.get(split).keySet());
    }

    /**
     * Mixes scene {@code index} of a split. The first event keeps its recorded level; each further one is scaled so
     * that its RMS is a random gain below or above the first one's. An event shorter than the scene is placed at a
     * random offset; a longer one is cut to a random segment. The scene is scaled down to a peak of 1 only if it would
     * clip.
     *
     * @throws IOException if a recording cannot be read
     * @throws IllegalArgumentException if a chosen recording is empty, silent or non-finite, or {@code index} is
     *     negative
     */
    public Scene mix(Split split, int index) throws IOException {
        return mix(split, index, false);
    }

    /** As {@link #mix(Split, int)}, with {@link Scene#stems} if requested. The scene itself does not depend on this. */
    public Scene mix(Split split, int index, boolean withStems) throws IOException {
        if (index < 0) {
            throw new IllegalArgumentException("soundscape: scene index must not be negative: " + index);
        }
        SceneRandom random = new SceneRandom(SceneRandom.clipSeed(seed, split, index));
        int length = (int) StrictMath.round(options.seconds() * options.sampleRate());
        double[] mix = new double[length];
        double reference = 0;
        List<Scene.Event> events = new ArrayList<>();
        List<double[]> stems = new ArrayList<>();
        for (SourceClip recording : choose(split, random)) {
            float[] x = transposed(recording.samples().read(), random);
            AudibleExtent extent = extent(recording.id(), x, length, random);
            double rms = Dsp.rms(x, extent.from(), extent.to());
            double gainDb = events.isEmpty() ? 0 : random.uniform(options.minGainDb(), options.maxGainDb());
            if (events.isEmpty()) {
                reference = rms;
            }
            double factor = events.isEmpty() ? 1 : reference * Dsp.fromDb(gainDb) / rms;
            int at = random.between(0, length - (extent.to() - extent.from()));
            for (int i = extent.from(); i < extent.to(); i++) {
                mix[at + i - extent.from()] += factor * x[i];
            }
            if (withStems) {
                double[] stem = new double[length];
                for (int i = extent.from(); i < extent.to(); i++) {
                    stem[at + i - extent.from()] = factor * x[i];
                }
                stems.add(stem);
            }
            AudibleExtent audible = extent.audible(x, AudibleExtent.silence(x));
            double rate = options.sampleRate();
            AudibleExtent.Band band = extent.band(x, options.sampleRate());
            events.add(new Scene.Event(
                    recording.label(),
                    recording.id(),
                    gainDb,
                    at / rate,
                    (at + audible.from() - extent.from()) / rate,
                    (at + audible.to() - extent.from()) / rate,
                    band.low(),
                    band.high()));
        }
        double peak = Dsp.peak(mix);
        double scale = peak > 1 ? 1 / peak : 1;
        List<float[]> scaled =
                stems.stream().map(stem -> Dsp.floats(stem, scale)).toList();
        return new Scene(Dsp.floats(mix, scale), options.sampleRate(), events, scaled);
    }

    /** The recording at another speed, a multiple of a hundredth of its own. */
    private float[] transposed(float[] x, SceneRandom random) {
        if (options.octaves() == 0 || x.length == 0) {
            return x;
        }
        double octaves = random.uniform(-options.octaves(), options.octaves());
        int hundredths = (int) StrictMath.round(100 * StrictMath.pow(2, octaves));
        return new Resampler(hundredths, 100, Resampler.Kernel.HANN).apply(x);
    }

    /** One recording from each of a random number of different classes. */
    private List<SourceClip> choose(Split split, SceneRandom random) {
        Map<String, List<SourceClip>> groups = byLabel.get(split);
        List<String> labels = new ArrayList<>(groups.keySet());
        int count = random.between(options.minEvents(), options.maxEvents());
        List<SourceClip> chosen = new ArrayList<>(count);
        for (int k = 0; k < count; k++) {
            List<SourceClip> group = groups.get(labels.remove(random.between(0, labels.size() - 1)));
            chosen.add(group.get(random.between(0, group.size() - 1)));
        }
        return chosen;
    }

    /** The segment of a recording that is used in the mix. */
    static AudibleExtent extent(String id, float[] x, int length, SceneRandom random) {
        for (float v : x) {
            if (!Float.isFinite(v)) {
                throw new IllegalArgumentException("soundscape: the recording has samples that are not finite: " + id);
            }
        }
        float silence = AudibleExtent.silence(x);
        if (silence == 0) {
            throw new IllegalArgumentException("soundscape: the recording is empty or silent: " + id + ", " + x.length
                    + " samples: leave it out of the manifest");
        }
        AudibleExtent audible = new AudibleExtent(0, x.length).audible(x, silence);
        int from = audible.from();
        int to = audible.to();
        if (to - from > length) {
            int start = random.between(from, to - length);
            // A silent segment of a long recording would be a label without a sound.
            if (Dsp.rms(x, start, start + length) < silence) {
                start = from;
            }
            return new AudibleExtent(start, start + length);
        }
        return audible;
    }
}
