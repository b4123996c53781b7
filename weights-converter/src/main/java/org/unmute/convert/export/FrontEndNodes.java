package org.unmute.convert.export;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.convert.graph.ProtobufWriter;
import org.unmute.models.frontend.AmplitudeToDb;
import org.unmute.models.frontend.EfficientAtFrontEnd;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.frontend.FilledFrontEnd;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.MelFrontEnd;
import org.unmute.models.frontend.MelSpectrogram;
import org.unmute.models.frontend.ScaledMelFrontEnd;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.FilterBank;

/**
 * Front ends as nodes, from {@code [batch, samples]} to {@code [batch, frames, bins]}, for one number of samples.
 * Filter banks are computed in doubles, as in the engine: Gather (13) for frames, MatMul (13) for the Fourier
 * transform, into which the window, the pre-emphasis and the removal of a frame's mean are folded, and for the bands;
 * Log (13). Clips are mirrored and filled up by Pad (18).
 */
final class FrontEndNodes {
    private final OnnxGraph g;

    private FrontEndNodes(OnnxGraph graph) {
        g = graph;
    }

    /**
     * Adds a front end.
     *
     * @param samples of the input
     * @param x name of the input
     * @return the name of the spectrogram
     * @throws ExportException if the front end has no form as nodes
     */
    static String add(OnnxGraph graph, FrontEnd frontEnd, int samples, String x) {
        return new FrontEndNodes(graph).add(frontEnd, samples, x);
    }

    private String add(FrontEnd frontEnd, int samples, String x) {
        return switch (frontEnd) {
            case FbankFrontEnd f -> fbank(f, samples, x);
            case MelFrontEnd m -> decibels(m, samples, x);
            case EfficientAtFrontEnd e -> logarithms(e, samples, x);
            case ScaledMelFrontEnd s -> scaled(s, samples, x);
            case FilledFrontEnd f ->
                add(f.base(), f.windowSamples(), pad(x, 1, 0, f.windowSamples() - samples, 0, "constant"));
            default -> recorded(frontEnd, samples, x);
        };
    }

    private String fbank(FbankFrontEnd f, int samples, String x) {
        FilterBank bank = f.fbank().steps();
        String ready = switch (f.waveform()) {
            case CENTRED -> g.node("Sub", x, ReductionNodes.reduce(g, "ReduceMean", x, true, 1));
            case INT16_SCALE -> g.node("Mul", x, g.scalar(32_768f));
            case AS_IS -> x;
        };
        long own = Math.min(f.frames(), bank.count(samples));
        String raw = energies(ready, bank, own);
        long rest = f.padding() == FbankFrontEnd.Padding.NONE ? 0 : f.frames() - own;
        String filled = raw;
        if (rest > 0 && f.padding() == FbankFrontEnd.Padding.ZEROS) {
            filled = pad(raw, 1, 0, rest, 0, "constant");
        } else if (rest > 0) {
            String min = ReductionNodes.reduce(g, "ReduceMin", raw, true, 1, 2);
            String repeated = g.node("Expand", min, g.integers(1, rest, bank.bands()));
            filled = g.node("Concat", new String[] {raw, repeated}, OnnxGraph.integer("axis", 1));
        }
        String shifted = g.node("Sub", g.cast(filled, OnnxGraph.DOUBLE), g.scalar(f.mean()));
        return g.cast(g.node("Div", shifted, g.scalar(2 * f.std())), OnnxGraph.FLOAT);
    }

    /** The energies of a clip that is mirrored at its ends. */
    private String mirrored(MelSpectrogram mel, long samples, String x) {
        int side = mel.options().fftSize() / 2;
        return energies(
                pad(x, 1, side, side, 0, "reflect"), mel.steps(), mel.steps().count(samples + 2L * side));
    }

    private String logarithms(EfficientAtFrontEnd e, int samples, String x) {
        int used = Math.min(samples, e.windowSamples());
        String now = g.node("Slice", x, g.integers(1), g.integers(used), g.integers(1));
        String before = g.node("Slice", x, g.integers(0), g.integers(used - 1L), g.integers(1));
        String part = g.node("Mul", g.cast(before, OnnxGraph.DOUBLE), g.scalar(EfficientAtFrontEnd.PRE_EMPHASIS));
        String emphasised = g.cast(g.node("Sub", g.cast(now, OnnxGraph.DOUBLE), part), OnnxGraph.FLOAT);
        String power = g.cast(mirrored(e.mel(), used - 1L, emphasised), OnnxGraph.DOUBLE);
        String log = g.node("Log", g.node("Add", power, g.scalar(EfficientAtFrontEnd.OFFSET)));
        return g.cast(g.node("Div", g.node("Sub", log, g.scalar(e.mean())), g.scalar(2 * e.std())), OnnxGraph.FLOAT);
    }

    private String decibels(MelFrontEnd m, int samples, String x) {
        String power = mirrored(m.mel(), samples, x);
        String floored = g.node("Max", g.cast(power, OnnxGraph.DOUBLE), g.scalar(AmplitudeToDb.FLOOR));
        String log = g.node("Mul", g.node("Log", floored), g.scalar(10 / Math.log(10)));
        String decibels = g.cast(log, OnnxGraph.FLOAT);
        if (Double.isInfinite(m.decibels().topDb())) {
            return decibels;
        }
        String loudest = ReductionNodes.reduce(g, "ReduceMax", decibels, true, 1, 2);
        return g.node("Max", decibels, g.node("Sub", loudest, g.scalar((float)
                m.decibels().topDb())));
    }

    private String scaled(ScaledMelFrontEnd s, int samples, String x) {
        String y = decibels(s.decibels(), samples, x);
        String ready = switch (s.scaling()) {
            case ScaledMelFrontEnd.Fixed f -> {
                String clipped = g.node("Clip", y, g.scalar((float) f.min()), g.scalar((float) f.max()));
                String shifted = g.node("Sub", g.cast(clipped, OnnxGraph.DOUBLE), g.scalar(f.low()));
                String ratio = g.node("Mul", shifted, g.scalar(2 / (f.high() - f.low())));
                yield g.cast(g.node("Sub", ratio, g.scalar(1.0)), OnnxGraph.FLOAT);
            }
            case ScaledMelFrontEnd.OfClip _ -> {
                String min = ReductionNodes.reduce(g, "ReduceMin", y, true, 1, 2);
                String max = ReductionNodes.reduce(g, "ReduceMax", y, true, 1, 2);
                String range = g.node("Add", g.node("Sub", max, min), g.scalar((float) ScaledMelFrontEnd.EPS));
                yield g.node("Div", g.node("Sub", y, min), range);
            }
        };
        int own = s.decibels().mel().frames(samples);
        int wanted = s.wanted(own);
        return wanted >= own
                ? pad(ready, 1, 0, (long) wanted - own, 0, "constant")
                : g.node("Slice", ready, g.integers(0), g.integers(wanted), g.integers(1));
    }

    /** A front end of ops. */
    private String recorded(FrontEnd frontEnd, int samples, String x) {
        OpRecord one = OpRecord.of(List.of(Noise.of(1, 1, samples)), in -> List.of(ofSamples(frontEnd, in.getFirst())));
        OpRecord two = OpRecord.of(List.of(Noise.of(2, 2, samples)), in -> List.of(ofSamples(frontEnd, in.getFirst())));
        return new Translation(g, one, two, List.of(x), Map.of(), false).run().getFirst();
    }

    private static Tensor ofSamples(FrontEnd frontEnd, Tensor samples) {
        return frontEnd.ofSamples(samples)
                .orElseThrow(() -> new ExportException("export: the front end has no form as a graph: "
                        + frontEnd.describe() + ": export from the spectrogram (--from spectrogram)"));
    }

    private String pad(String x, int axis, long before, long after, float value, String mode) {
        if (before == 0 && after == 0) {
            return x;
        }
        ProtobufWriter how = OnnxGraph.text("mode", mode);
        return g.node("Pad", new String[] {x, g.integers(before, after), g.scalar(value), g.integers(axis)}, how);
    }

    /** A filter bank of the first frames, {@code [batch, frames, bands]}, rounded to floats. */
    private String energies(String x, FilterBank bank, long frames) {
        int length = bank.frames().length();
        long[] starts = new long[Math.toIntExact(frames)];
        Arrays.setAll(starts, i -> (long) i * bank.frames().shift());
        long[] places = new long[length];
        Arrays.setAll(places, i -> i);
        String index = g.node(
                "Add",
                g.weight(g.newName("frame_starts"), starts, starts.length, 1),
                g.weight(g.newName("frame_samples"), places, 1, length));
        String framed = g.node("Gather", new String[] {x, index}, OnnxGraph.integer("axis", 1));
        String exact = g.cast(framed, OnnxGraph.DOUBLE);
        int bins = 0;
        for (int b = 0; b < bank.bands(); b++) {
            bins = Math.max(bins, bank.first(b) + bank.weights(b).length);
        }
        String re = g.node("MatMul", exact, waves(bank, bins, true));
        String im = g.node("MatMul", exact, waves(bank, bins, false));
        String power = g.node("Add", g.node("Mul", re, re), g.node("Mul", im, im));
        double[] mel = new double[bins * bank.bands()];
        for (int b = 0; b < bank.bands(); b++) {
            for (int k = 0; k < bank.weights(b).length; k++) {
                mel[(bank.first(b) + k) * bank.bands() + b] = bank.weights(b)[k];
            }
        }
        String bands = g.node("MatMul", power, g.weight(g.newName("mel"), mel, bins, bank.bands()));
        if (bank.logarithm()) {
            bands = g.node("Log", g.node("Max", bands, g.scalar(bank.floor())));
        }
        return g.cast(bands, OnnxGraph.FLOAT);
    }

    /**
     * What a frame is multiplied by for one part of its spectrum, {@code [length, bins]}: a wave times the window,
     * minus the part of its next entry that pre-emphasis takes, minus its mean if frames are centred.
     */
    private String waves(FilterBank bank, int bins, boolean cosine) {
        int length = bank.frames().length();
        int size = bank.frames().size();
        double[] all = new double[length * bins];
        double[] wave = new double[length + 1];
        for (int k = 0; k < bins; k++) {
            for (int i = 0; i < length; i++) {
                double angle = 2 * Math.PI * ((long) k * i % size) / size;
                wave[i] = bank.window()[i] * (cosine ? Math.cos(angle) : -Math.sin(angle));
            }
            double mean = 0;
            for (int i = 0; i < length; i++) {
                double own = wave[i] - bank.preemphasis() * (wave[i + 1] + (i == 0 ? wave[0] : 0));
                all[i * bins + k] = own;
                mean += own / length;
            }
            for (int i = 0; i < length && bank.frames().centred(); i++) {
                all[i * bins + k] -= mean;
            }
        }
        return g.weight(g.newName(cosine ? "cosines" : "sines"), all, length, bins);
    }
}
