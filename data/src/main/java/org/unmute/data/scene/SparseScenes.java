package org.unmute.data.scene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.unmute.audio.Wav;
import org.unmute.data.Part;

/**
 * Long recordings that are mostly background, with events of each class at a known rate, for measuring how often a
 * detector raises a false alarm or misses an event. The number of events of a class is Poisson distributed, and every
 * position in the recording is equally likely. Recording {@code i} of a part is a pure function of (foreground,
 * background, options, seed, part, i). No two pieces of noise and no two synthetic events have the same seed.
 */
public final class SparseScenes {
    /** Maximum length in seconds of the stretch of a source that becomes an event. */
    private static final int LONGEST_EVENT = 30;
    /** Minimum length in seconds of a piece of background, if cross-fades and recordings permit; below, the maximum. */
    private static final int SHORTEST_PIECE = 20;

    private static final int LONGEST_PIECE = 60;
    /** Minimum pause in seconds between two events of a class, since tables cannot distinguish events that touch. */
    private static final double PAUSE = 0.5;

    private static final int ATTEMPTS = 200;
    private static final double HIGHEST_PEAK = 0.7;
    private static final long RECORDINGS = 0x1D8E4E27C47D124FL;
    private static final long NOISES = 0x2545F4914F6CDD1DL;
    private static final long EVENTS = 0x369DEA0F31A53F85L;

    /**
     * @param rate          samples per second, 8000 to 96,000
     * @param seconds       length of a recording, 10 to 86,400
     * @param eventsPerHour expected number of events of each class per hour, 0 to 3600
     * @param minSnrDb      minimum RMS of an event relative to the surrounding background, in dB
     * @param maxSnrDb      maximum RMS of an event relative to the surrounding background, in dB
     * @param minLevelDb    minimum RMS of a piece of background, in dB of full scale
     * @param maxLevelDb    maximum RMS of a piece of background, in dB of full scale
     * @param crossfade     length of the cross-fades between pieces of background, 0.01 to 5 s
     */
    public record Options(
            int rate,
            double seconds,
            double eventsPerHour,
            double minSnrDb,
            double maxSnrDb,
            double minLevelDb,
            double maxLevelDb,
            double crossfade) {
        /** @throws IllegalArgumentException if a value is outside its range */
        public Options {
            check(rate >= 8000 && rate <= 96000, "the sample rate must lie in [8000, 96000] Hz", rate);
            check(seconds >= 10 && seconds <= 86400, "the duration must lie in [10, 86400] s", seconds);
            check(eventsPerHour >= 0 && eventsPerHour <= 3600, "events per hour must lie in [0, 3600]", eventsPerHour);
            check(crossfade >= 0.01 && crossfade <= 5, "the cross-fade must lie in [0.01, 5] s", crossfade);
            check(
                    minSnrDb <= maxSnrDb && minSnrDb >= -40 && maxSnrDb <= 60,
                    "levels of events must satisfy -40 <= min <= max <= 60 dB",
                    minSnrDb + " to " + maxSnrDb);
            check(
                    minLevelDb <= maxLevelDb && minLevelDb >= -90 && maxLevelDb <= -10,
                    "levels of the background must satisfy -90 <= min <= max <= -10 dB",
                    minLevelDb + " to " + maxLevelDb);
            check(
                    seconds * rate <= Wav.maxSamples(),
                    "a WAV file has at most " + Wav.maxSamples() + " samples: choose a shorter duration or a lower"
                            + " rate",
                    seconds + " s at " + rate + " Hz");
        }

        private static void check(boolean holds, String rule, Object value) {
            if (!holds) {
                throw new IllegalArgumentException("soundscape: " + rule + ": " + value);
            }
        }

        /** Length of a recording in samples. */
        public long samples() {
            return Math.round(seconds * rate);
        }

        int fade() {
            return (int) Math.round(crossfade * rate);
        }

        /** The minimum length of a stretch of background, in samples. */
        public long shortestBackground() {
            return Math.max(rate, 3L * fade());
        }
    }

    private final Foreground foreground;
    private final BackgroundPool background;
    private final Options options;
    private final long seed;

    /** @param seed any number; different seeds give unrelated recordings */
    public SparseScenes(Foreground foreground, BackgroundPool background, Options options, long seed) {
        this.foreground = foreground;
        this.background = background;
        this.options = options;
        this.seed = seed;
    }

    /** The random seed of a recording, which no other recording has. */
    public long recordingSeed(Part part, int index) {
        return seed(RECORDINGS, number(part, index));
    }

    private static long number(Part part, int index) {
        return (long) index * Part.values().length + part.ordinal();
    }

    /** Distinct for distinct numbers, since {@link SceneRandom#mix} is a bijection. */
    private long seed(long stream, long number) {
        return SceneRandom.mix(SceneRandom.mix(seed + stream) + number);
    }

    /**
     * Plans a recording, which is generated while it is read.
     *
     * @param index at least 0
     * @throws IOException if a source cannot be read
     * @throws IllegalArgumentException if a source is empty, silent or not finite
     */
    public SparseRecording recording(Part part, int index) throws IOException {
        if (index < 0) {
            throw new IllegalArgumentException("soundscape: index must not be negative: " + index);
        }
        long own = recordingSeed(part, index);
        List<SparseRecording.Layer> layers = layers(part, index, new SceneRandom(own));
        List<SparseRecording.Placed> all = new ArrayList<>();
        int crowded = 0;
        List<String> labels = options.eventsPerHour() == 0 ? List.of() : foreground.labels();
        for (int c = 0; c < labels.size(); c++) {
            SceneRandom random = new SceneRandom(SceneRandom.mix(own + c + 1));
            List<SparseRecording.Placed> ofClass = new ArrayList<>();
            int count = poisson(random);
            for (int k = 0; k < count; k++) {
                long number = number(part, index) << 30 | (long) c << 20 | k;
                SparseRecording.Placed placed =
                        place(part, labels.get(c), seed(EVENTS, number), random, ofClass, layers);
                crowded += touches(ofClass, placed.at(), placed.length()) ? 1 : 0;
                ofClass.add(placed);
            }
            all.addAll(ofClass);
        }
        all.sort(Comparator.comparingLong(SparseRecording.Placed::at)
                .thenComparing(placed -> placed.event().label()));
        return new SparseRecording(options, layers, all, crowded);
    }

    private List<SparseRecording.Layer> layers(Part part, int index, SceneRandom random) {
        List<SparseRecording.Layer> layers = new ArrayList<>();
        int fade = options.fade();
        long at = 0;
        while (at + (layers.isEmpty() ? 0 : fade) < options.samples()) {
            double seconds = random.uniform(SHORTEST_PIECE, LONGEST_PIECE);
            long wanted = Math.max(3L * fade, (long) (seconds * options.rate()));
            int length = (int) Math.min(wanted, options.samples() - at);
            double level = random.uniform(options.minLevelDb(), options.maxLevelDb());
            long noise = seed(NOISES, number(part, index) << 20 | layers.size());
            BackgroundPool.Piece piece = background.draw(part, random, noise, length);
            layers.add(new SparseRecording.Layer(piece, at, level));
            at += piece.length() - fade;
        }
        return layers;
    }

    /** The number of events of a class in a recording: the arrivals of a Poisson process in that time. */
    private int poisson(SceneRandom random) {
        double expected = options.eventsPerHour() * options.seconds() / 3600;
        int count = 0;
        double time = -StrictMath.log(1 - random.nextDouble());
        while (time < expected) {
            count++;
            time -= StrictMath.log(1 - random.nextDouble());
        }
        return count;
    }

    private SparseRecording.Placed place(
            Part part,
            String label,
            long eventSeed,
            SceneRandom random,
            List<SparseRecording.Placed> others,
            List<SparseRecording.Layer> layers)
            throws IOException {
        Foreground.Source source = foreground.draw(part, label, random, eventSeed);
        float[] x = source.samples().read();
        int longest = (int) Math.min(options.samples(), (long) LONGEST_EVENT * options.rate());
        AudibleExtent extent = SceneMixer.extent(source.id(), x, longest, random);
        int length = extent.to() - extent.from();
        long at = 0;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            at = random.below(options.samples() - length + 1);
            if (!touches(others, at, length)) {
                break;
            }
        }
        double level = levelAt(layers, at + length / 2);
        double snr = random.uniform(options.minSnrDb(), options.maxSnrDb());
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
        double rate = options.rate();
        Scene.Event event = new Scene.Event(
                label,
                source.id(),
                snr,
                at / rate,
                (at + audible.from() - extent.from()) / rate,
                (at + audible.to() - extent.from()) / rate);
        return new SparseRecording.Placed(event, source.samples(), extent.from(), length, at, gain);
    }

    private boolean touches(List<SparseRecording.Placed> others, long at, int length) {
        long pause = (long) (PAUSE * options.rate());
        return others.stream().anyMatch(o -> at < o.at() + o.length() + pause && o.at() < at + length + pause);
    }

    private static double levelAt(List<SparseRecording.Layer> layers, long sample) {
        double level = layers.getFirst().levelDb();
        for (SparseRecording.Layer layer : layers) {
            if (layer.at() > sample) {
                break;
            }
            level = layer.levelDb();
        }
        return level;
    }
}
