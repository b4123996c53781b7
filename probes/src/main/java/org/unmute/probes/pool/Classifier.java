package org.unmute.probes.pool;

import java.util.Map;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.nn.Initializer;

/**
 * The final linear layer of a probe: {@code W d + b}.
 *
 * @param weight {@code [classes, features]}, parameter {@code fc.weight}
 * @param bias {@code [classes]}, parameter {@code fc.bias}
 */
public record Classifier(Tensor weight, Tensor bias) {
    /** Name of the weight. */
    public static final String WEIGHT = "fc.weight";
    /** Name of the bias. */
    public static final String BIAS = "fc.bias";

    /** A layer with newly initialized parameters. */
    public static Classifier fresh(Initializer init, int features, int classes) {
        Tensor weight = init.linearWeight(classes, features);
        return new Classifier(weight, init.linearBias(classes, features));
    }

    /** A layer with given parameters. */
    public static Classifier of(ParameterMap parameters) {
        Tensor weight = parameters.takeWithRank(WEIGHT, 2);
        return new Classifier(weight, parameters.take(BIAS, weight.size(0)));
    }

    /** Number of classes. */
    public int classes() {
        return Math.toIntExact(weight.size(0));
    }

    /** Length of the descriptor. */
    public int features() {
        return Math.toIntExact(weight.size(1));
    }

    /** {@code [batch, features]} to {@code [batch, classes]}. */
    public Tensor logits(Tensor descriptor) {
        return descriptor.linear(weight, bias);
    }

    /** The weights of a class, {@code [features]}. */
    public Tensor row(int classIndex) {
        return weight.select(0, classIndex);
    }

    /** The bias of a class. */
    public double bias(int classIndex) {
        return bias.select(0, classIndex).toDoubles()[0];
    }

    /** The response of a class to each vector, {@code W_c x}: {@code [1, n, features]} to n numbers. */
    public double[] found(Tensor x, int classIndex) {
        return found(x, row(classIndex));
    }

    /** Dot products of vectors {@code [1, n, dim]} with a vector {@code [dim]}: n numbers. */
    public static double[] found(Tensor x, Tensor vector) {
        return x.linear(vector.insert(0), null).toDoubles();
    }

    /** @throws IllegalArgumentException if the pooled descriptor does not have as many features as the layer expects */
    public void requireFeatures(String probe, long features) {
        if (features() != features) {
            throw new IllegalArgumentException("probe " + probe + ": fc.weight is " + weight.shape()
                    + ", pooling gives " + features + " features");
        }
    }

    /** Appends both parameters. */
    public void addTo(Map<String, Tensor> parameters) {
        parameters.put(WEIGHT, weight);
        parameters.put(BIAS, bias);
    }
}
