package org.unmute.cli.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.unmute.data.provenance.Json;
import org.unmute.tensor.Shape;

/**
 * The difference between a tensor and its reference.
 *
 * @param tensor name of the tensor
 * @param here its shape
 * @param reference its shape in the reference
 * @param max maximum difference; NaN if the sizes differ
 * @param mean mean difference; NaN if the sizes differ
 * @param tolerance allowed difference: absolute for numbers up to 1, relative above
 * @param within whether the tensors agree
 */
public record TensorComparison(
        String tensor, Shape here, Shape reference, double max, double mean, double tolerance, boolean within) {
    /** The name of the spectrogram, the input of the network. */
    static final String FBANK = "fbank";
    /**
     * Kaldi's filter bank in float32 differs from float64 by 2e-5 on average, but by up to 0.02 of log energy in cells
     * with almost no energy. So the mean and the 99.9th percentile of normalised values are compared.
     */
    private static final double FBANK_MEAN = 1e-4;

    private static final double FBANK_P999 = 2e-3;

    /** Compares one tensor. */
    static TensorComparison of(
            String tensor, float[] values, Shape here, ReferenceFeatures.Stored stored, double tolerance) {
        int n = stored.values().length;
        if (n == 0 || !sameLayout(here, stored.shape())) {
            return new TensorComparison(tensor, here, stored.shape(), Double.NaN, Double.NaN, tolerance, false);
        }
        double[] differences = new double[n];
        boolean within = true;
        for (int i = 0; i < n; i++) {
            double expected = stored.values()[i];
            differences[i] = difference(expected, values[i]);
            within &= differences[i] <= tolerance * Math.max(1, Math.abs(expected));
        }
        double mean = Arrays.stream(differences).average().orElseThrow();
        Arrays.sort(differences);
        if (tensor.equals(FBANK)) {
            within = mean <= FBANK_MEAN && differences[(int) Math.ceil(0.999 * n) - 1] <= FBANK_P999;
        }
        return new TensorComparison(tensor, here, stored.shape(), differences[n - 1], mean, tolerance, within);
    }

    private static double difference(double expected, double actual) {
        double d = expected == actual ? 0 : Math.abs(expected - actual);
        return Double.isNaN(d) ? Double.isNaN(expected) && Double.isNaN(actual) ? 0 : Double.POSITIVE_INFINITY : d;
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

    /** The row of a table: name, shape, differences, tolerance, verdict. */
    Object[] row() {
        String verdict = within ? "same" : Double.isNaN(max) ? "SIZES DIFFER: reference " + reference : "DIFFERS";
        String allowed = tensor.equals(FBANK) ? "mean 1e-4" : number(tolerance);
        return new Object[] {tensor, here, number(max), number(mean), allowed, verdict};
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
    }

    /** The comparison for JSON. */
    ObjectNode document() {
        return Json.object()
                .put("tensor", tensor)
                .putPOJO("shape", here.toArray())
                .putPOJO("referenceShape", reference.toArray())
                .put("maxDifference", Json.finite(max))
                .put("meanDifference", Json.finite(mean))
                .put("tolerance", tolerance)
                .put("within", within);
    }
}
