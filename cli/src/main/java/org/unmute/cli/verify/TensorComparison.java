package org.unmute.cli.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.unmute.data.provenance.Json;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.tensor.Shape;

/**
 * The difference between a tensor and its reference.
 *
 * @param tensor name of the tensor
 * @param here its shape
 * @param reference its shape in the reference
 * @param max maximum difference; NaN if the sizes differ
 * @param mean mean difference; NaN if the sizes differ
 * @param p999 the 99.9th percentile of the differences
 * @param where position of the maximum difference, as text
 * @param expected the reference's value there
 * @param actual the value here
 * @param tolerance allowed difference: absolute for numbers up to 1, relative above
 * @param within whether the tensors agree
 */
public record TensorComparison(
        String tensor,
        Shape here,
        Shape reference,
        double max,
        double mean,
        double p999,
        String where,
        double expected,
        double actual,
        double tolerance,
        boolean within) {
    /** The name of the spectrogram, the input of the network. */
    static final String FBANK = "fbank";
    /**
     * Kaldi's filter bank in float32 differs from float64 by 2e-5 on average, but by up to 0.02 of log energy in cells
     * with almost no energy. So the mean and the 99.9th percentile of normalised values are compared.
     */
    private static final double FBANK_MEAN = 1e-4;

    private static final double FBANK_P999 = 2e-3;

    /** Whether the sizes differ, apart from axes of size 1. */
    public boolean sizesDiffer() {
        return Double.isNaN(max);
    }

    /**
     * Compares one tensor.
     *
     * @param spec the encoder; its token grid, with {@code time} rows, is used to describe positions
     */
    static TensorComparison of(
            String tensor,
            float[] values,
            Shape here,
            ReferenceFeatures.Stored stored,
            double tolerance,
            EncoderSpec spec,
            int time) {
        int dim = here.rank() == 0 ? 1 : here.dim(-1);
        int[] rows = stored.rows();
        boolean fits = stored.values().length > 0
                && (rows == null
                        ? sameLayout(here, stored.shape())
                        : stored.shape().dim(-1) == dim
                                && Arrays.stream(rows).allMatch(r -> r >= 0 && r < values.length / dim));
        if (!fits) {
            double none = Double.NaN;
            return new TensorComparison(
                    tensor, here, stored.shape(), none, none, none, "", none, none, tolerance, false);
        }
        int n = stored.values().length;
        double[] differences = new double[n];
        double sum = 0;
        int worst = 0;
        boolean within = true;
        for (int i = 0; i < n; i++) {
            double e = stored.values()[i];
            double d = difference(e, values[index(i, dim, rows)]);
            differences[i] = d;
            sum += d;
            worst = d > differences[worst] ? i : worst;
            within &= d <= tolerance * Math.max(1, Math.abs(e));
        }
        int at = index(worst, dim, rows);
        Arrays.sort(differences);
        double p999 = differences[(int) Math.ceil(0.999 * n) - 1];
        if (tensor.equals(FBANK)) {
            within = sum / n <= FBANK_MEAN && p999 <= FBANK_P999;
        } else {
            within &= stored.meanStd() == null || statistics(values, stored.meanStd(), tolerance);
        }
        return new TensorComparison(
                tensor,
                here,
                stored.shape(),
                differences[n - 1],
                sum / n,
                p999,
                place(tensor, here, at, spec, time),
                stored.values()[worst],
                values[at],
                tolerance,
                within);
    }

    private static int index(int i, int dim, int[] rows) {
        return rows == null ? i : rows[i / dim] * dim + i % dim;
    }

    private static double difference(double expected, double actual) {
        double d = expected == actual ? 0 : Math.abs(expected - actual);
        return Double.isNaN(d) ? Double.isNaN(expected) && Double.isNaN(actual) ? 0 : Double.POSITIVE_INFINITY : d;
    }

    private static boolean statistics(float[] values, float[] meanStd, double tolerance) {
        double mean = 0;
        for (float v : values) {
            mean += v / (double) values.length;
        }
        double square = 0;
        for (float v : values) {
            square += (v - mean) * (v - mean) / values.length;
        }
        return Math.abs(mean - meanStd[0]) <= tolerance
                && Math.abs(Math.sqrt(square) - meanStd[1]) <= tolerance * Math.max(1, meanStd[1]);
    }

    /**
     * Whether two shapes have the same row-major layout, up to axes of size 1 and merged neighbouring axes.
     */
    static boolean sameLayout(Shape a, Shape b) {
        Set<Long> one = edges(a);
        Set<Long> other = edges(b);
        return a.elements() == b.elements() && (one.containsAll(other) || other.containsAll(one));
    }

    /** The products of the sizes from each axis to the last, without 1. */
    private static Set<Long> edges(Shape shape) {
        Set<Long> edges = new HashSet<>();
        long product = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            product *= shape.size(axis);
            edges.add(product);
        }
        edges.remove(1L);
        return edges;
    }

    /** The sizes other than 1. */
    static long[] squeezed(Shape shape) {
        return Arrays.stream(shape.toArray()).filter(s -> s != 1).toArray();
    }

    /** Describes the position of an element: in the spectrogram, in the token grid, or by its indices. */
    static String place(String tensor, Shape shape, long index, EncoderSpec spec, int time) {
        List<Long> all = new ArrayList<>();
        long rest = index;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            all.addFirst(rest % shape.size(axis));
            rest /= shape.size(axis);
        }
        long[] sizes = shape.toArray();
        int skip = shape.rank() > 1 && sizes[0] == 1 ? 1 : 0;
        List<Long> at = all.subList(skip, all.size());
        if (tensor.equals(FBANK) && at.size() == 2) {
            return "frame " + at.get(0) + ", bin " + at.get(1);
        }
        int extra = spec.grid().extraTokens();
        int patches = time * spec.freq();
        if (at.size() == 2 && (sizes[skip] == patches + extra || sizes[skip] == patches)) {
            long token = at.get(0) - (sizes[skip] == patches ? 0 : extra);
            boolean major = spec.grid().order() == EncoderSpec.TokenOrder.TIME_MAJOR;
            String where = token < 0
                    ? at.get(0) == 0 ? "cls" : "dist"
                    : "time " + (major ? token / spec.freq() : token % time) + ", freq "
                            + (major ? token % spec.freq() : token / time);
            return where + ", channel " + at.get(1);
        }
        if (at.size() == 3 && sizes[skip] == time && sizes[skip + 1] == spec.freq()) {
            return "time " + at.get(0) + ", freq " + at.get(1) + ", channel " + at.get(2);
        }
        return all.toString();
    }

    public String verdict() {
        return within ? "same" : sizesDiffer() ? "SIZES DIFFER: reference " + reference : "DIFFERS";
    }

    public static String number(double value) {
        return Double.isNaN(value) ? "-" : value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
    }

    /** The comparison for JSON. */
    public ObjectNode document() {
        return Json.object()
                .put("tensor", tensor)
                .putPOJO("shape", here.toArray())
                .putPOJO("referenceShape", reference.toArray())
                .put("maxDifference", Json.finite(max))
                .put("meanDifference", Json.finite(mean))
                .put("p999Difference", Json.finite(p999))
                .put("where", where)
                .put("reference", Json.finite(expected))
                .put("here", Json.finite(actual))
                .put("tolerance", tolerance)
                .put("within", within);
    }
}
