package org.unmute.data.scene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.data.Part;

/**
 * The sources of backgrounds: stretches of recordings, each used in one part only, and kinds of synthetic noise, each
 * piece with its own seed. If there are both, half of the pieces come from each.
 */
public final class BackgroundPool {
    /** Gap in seconds between stretches of one file in different parts, so that no resampling filter spans both. */
    private static final double GUARD = 0.1;

    /** Maximum gain in dB, so that a silent stretch stays silent. */
    private static final double MAX_GAIN = 60;

    /**
     * A part of a background recording.
     *
     * @param file the recording
     * @param from its first sample, at the sample rate of the mix
     * @param to   the sample after its last
     */
    public record Stretch(BackgroundFile file, long from, long to) {}

    /**
     * A piece of background.
     *
     * @param source its source: the id of a recording, or {@code synth:}, the kind, and the seed in hexadecimal
     * @param from   its start in the recording, in samples; 0 for noise
     * @param length in samples
     * @param raw    reads or generates it, at any level
     */
    record Piece(String source, long from, int length, Samples raw) {
        /** The samples, scaled to this RMS. */
        float[] render(double rms) throws IOException {
            float[] samples = raw.read();
            double own = Dsp.rms(samples, 0, samples.length);
            float gain = (float) Math.min(Dsp.fromDb(MAX_GAIN), own > 0 ? rms / own : 0);
            for (int i = 0; i < samples.length; i++) {
                samples[i] *= gain;
            }
            return samples;
        }
    }

    private final int rate;
    private final List<BackgroundKind> kinds;
    private final Map<Part, List<Stretch>> stretches = new EnumMap<>(Part.class);

    /** Recordings that are not used, with the reason. */
    private final Map<String, String> leftOut = new TreeMap<>();

    /**
     * Divides recordings among parts: whole recordings if there are at least as many as parts, else each is cut into
     * stretches.
     *
     * @param files    may be empty; ids must be distinct
     * @param kinds    may be empty if there are files
     * @param shortest the minimum length of a stretch, in samples; shorter recordings are left out
     * @param rate     sample rate of the mix, in Hz
     * @throws IllegalArgumentException if there are neither recordings nor kinds, or no recording is long enough
     */
    public BackgroundPool(
            List<BackgroundFile> files,
            Collection<BackgroundKind> kinds,
            PartShares shares,
            long shortest,
            int rate,
            long seed) {
        this.rate = rate;
        this.kinds = kinds.stream().sorted().distinct().toList();
        List<BackgroundFile> usable = new ArrayList<>();
        for (BackgroundFile file : files) {
            if (file.samples() >= shortest) {
                usable.add(file);
            } else {
                leftOut.put(file.id(), tooShort(file.samples(), shortest));
            }
        }
        shares.parts().forEach(part -> stretches.put(part, new ArrayList<>()));
        if (usable.size() >= shares.parts().size()) {
            SceneRandom random = new SceneRandom(SceneRandom.mix(seed ^ 0xBAC46204DL));
            shares.deal("background recordings", usable, random)
                    .forEach((part, of) ->
                            of.forEach(file -> stretches.get(part).add(new Stretch(file, 0, file.samples()))));
        } else {
            usable.forEach(file -> cut(file, shares, shortest));
        }
        boolean none = stretches.values().stream().allMatch(List::isEmpty);
        if (none && !files.isEmpty()) {
            Map.Entry<String, String> first = leftOut.entrySet().iterator().next();
            throw new IllegalArgumentException("background: none of " + files.size()
                    + " recordings is long enough: the first, " + first.getKey() + ": " + first.getValue()
                    + ": give longer recordings, fewer splits or a shorter --crossfade");
        }
        if (none && this.kinds.isEmpty()) {
            throw new IllegalArgumentException("background: neither recordings nor kinds of noise");
        }
    }

    private void cut(BackgroundFile file, PartShares shares, long shortest) {
        long guard = (long) Math.ceil(GUARD * rate);
        long left = file.samples() - guard * (shares.parts().size() - 1);
        double before = 0;
        long gaps = 0;
        Map<Part, Stretch> cuts = new EnumMap<>(Part.class);
        for (Map.Entry<Part, Double> one : shares.shares().entrySet()) {
            long from = (long) (before * left) + gaps;
            before += one.getValue();
            long to = Math.min(file.samples(), (long) (before * left) + gaps);
            gaps += guard;
            if (to - from < shortest) {
                leftOut.put(
                        file.id(), "its stretch for " + one.getKey().label() + " is " + tooShort(to - from, shortest));
                return;
            }
            cuts.put(one.getKey(), new Stretch(file, from, to));
        }
        cuts.forEach((part, stretch) -> stretches.get(part).add(stretch));
    }

    private String tooShort(long samples, long shortest) {
        return String.format(
                Locale.ROOT,
                "%.2f s long, and cross-fades need %.2f s",
                Math.max(0, samples) / (double) rate,
                shortest / (double) rate);
    }

    /** The stretches of recordings that a part uses. */
    public List<Stretch> stretches(Part part) {
        return List.copyOf(stretches.get(part));
    }

    /** The kinds of synthetic noise. */
    public List<BackgroundKind> kinds() {
        return kinds;
    }

    /** Recordings that are not used, by id, with the reason. */
    public Map<String, String> leftOut() {
        return Map.copyOf(leftOut);
    }

    /**
     * Draws a piece.
     *
     * @param seed   seed of noise, which must not be used for another piece
     * @param length in samples; the piece is shorter if the drawn stretch is
     */
    Piece draw(Part part, SceneRandom random, long seed, int length) {
        List<Stretch> of = stretches.get(part);
        if (of.isEmpty() || !kinds.isEmpty() && random.chance(0.5)) {
            BackgroundKind kind = kinds.get(random.between(0, kinds.size() - 1));
            String source = "synth:" + kind.label() + ":" + Long.toHexString(seed);
            return new Piece(source, 0, length, () -> kind.render(seed, rate, length));
        }
        // Every second of the recordings is equally likely.
        double at = random.nextDouble()
                * of.stream().mapToDouble(s -> s.to() - s.from()).sum();
        int index = 0;
        while (index < of.size() - 1 && at >= of.get(index).to() - of.get(index).from()) {
            at -= of.get(index).to() - of.get(index).from();
            index++;
        }
        Stretch stretch = of.get(index);
        int n = (int) Math.min(length, stretch.to() - stretch.from());
        long from = stretch.from() + random.below(stretch.to() - stretch.from() - n + 1);
        return new Piece(stretch.file().id(), from, n, () -> stretch.file().read(from, n));
    }
}
