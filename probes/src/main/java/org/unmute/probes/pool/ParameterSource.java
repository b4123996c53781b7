package org.unmute.probes.pool;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.unmute.tensor.Tensor;

/**
 * What a probe is made from. Its parameters are drawn if the probe is to be trained; else they are given, and their
 * shapes determine the probe's sizes. Either way the probe asks for each by name, so that one constructor serves both.
 */
public final class ParameterSource {
    private final String name;
    private final TokenLayout layout;
    private final int classes;
    private final ProbeOptions options;
    /** Null if parameters are given. */
    private final Initializer init;
    /** Null if parameters are drawn. */
    private final ParameterMap given;

    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private ProbeOptions inForce = ProbeOptions.DEFAULTS;

    ParameterSource(
            String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init, ParameterMap given) {
        this.name = name;
        this.layout = layout;
        this.classes = classes;
        this.options = options;
        this.init = init;
        this.given = given;
    }

    /** Name of the {@link ProbeType}. */
    public String name() {
        return name;
    }

    /** The options as they were given; they name only those that the type has. */
    public ProbeOptions options() {
        return options;
    }

    /** The options asked for so far with their values in force. */
    public ProbeOptions inForce() {
        return inForce;
    }

    /** {@link ProbeOptions#choice} */
    public String choice(String option, String... allowed) {
        return inForce(option, options.choice(option, allowed));
    }

    /** {@link ProbeOptions#flag} */
    public boolean flag(String option, boolean absent) {
        return inForce(option, options.flag(option, absent));
    }

    /** {@link ProbeOptions#integer} */
    public int integer(String option, int absent, int min, int max) {
        return inForce(option, options.integer(option, absent, min, max));
    }

    /** {@link ProbeOptions#number} */
    public double number(String option, double absent, double min, double below) {
        return inForce(option, options.number(option, absent, min, below));
    }

    private <T> T inForce(String option, T value) {
        inForce = inForce.with(option, value);
        return value;
    }

    /** The tokens that a fresh probe will see; of given parameters only {@link TokenLayout#cls} is known. */
    public TokenLayout layout() {
        return layout;
    }

    /** Number of classes of a fresh probe. */
    public int classes() {
        return classes;
    }

    /** Whether parameters are given, not drawn. */
    public boolean isGiven() {
        return given != null;
    }

    /** The length of a token: the layout's, or an axis of a given parameter of this rank. */
    public int dim(String parameter, int rank, int axis) {
        return given == null ? layout.dim() : givenSize(parameter, rank, axis);
    }

    /** The length of a token of a probe whose classifier takes as many features. */
    public int dim() {
        return dim(Classifier.WEIGHT, 2, 1);
    }

    /**
     * A size that an option states, or an axis of a given parameter of this rank, with which the option must agree.
     *
     * @throws IllegalArgumentException if the option is out of range or does not agree
     */
    public int size(String option, int absent, int max, String parameter, int rank, int axis) {
        if (given == null) {
            return integer(option, absent, 1, max);
        }
        int size = givenSize(parameter, rank, axis);
        options.requireSize(option, size);
        return inForce(option, size);
    }

    /** An axis of a given parameter of this rank. */
    public int givenSize(String parameter, int rank, int axis) {
        return given.takeWithRank(parameter, rank).shape().dim(axis);
    }

    /** A parameter of normal numbers with mean 0. */
    public Tensor normal(String parameter, double deviation, long... shape) {
        return parameter(parameter, () -> init.normal(deviation, shape), shape);
    }

    /** A parameter of uniform numbers in {@code [-bound, bound)}. */
    public Tensor uniform(String parameter, double bound, long... shape) {
        return parameter(parameter, () -> init.uniform(bound, shape), shape);
    }

    /** A parameter of uniform numbers in {@code [0, 1)}. */
    public Tensor fraction(String parameter, long... shape) {
        return parameter(parameter, () -> init.fraction(shape), shape);
    }

    /** A parameter that is the same number everywhere. */
    public Tensor constant(String parameter, double value, long... shape) {
        return parameter(parameter, () -> init.constant(value, shape), shape);
    }

    /** The weight {@code [out, in]} of a linear layer. */
    public Tensor linearWeight(String parameter, int out, int in) {
        return parameter(parameter, () -> init.linearWeight(out, in), out, in);
    }

    /** The bias {@code [out]} of a linear layer with {@code in} inputs. */
    public Tensor linearBias(String parameter, int out, int in) {
        return parameter(parameter, () -> init.linearBias(out, in), out);
    }

    private Tensor parameter(String parameter, Supplier<Tensor> drawn, long... shape) {
        Tensor p = given == null ? drawn.get() : given.take(parameter, shape);
        parameters.put(parameter, p);
        return p;
    }

    /** A buffer that is the same number everywhere in a fresh probe; it takes no gradient. */
    public Tensor buffer(String buffer, double value, long... shape) {
        return given == null ? init.constant(value, shape).detach() : given.takeBuffer(buffer, shape);
    }

    /** The linear layer on top. */
    Classifier classifier(int features) {
        if (given == null) {
            return Classifier.fresh(init, features, classes);
        }
        Classifier fc = Classifier.of(given);
        fc.requireFeatures(name, features);
        return fc;
    }

    /** Lists these parameters before those that are asked for earlier. */
    public void list(String... first) {
        Arrays.asList(first).forEach(p -> parameters.put(p, null));
    }

    /** The parameters asked for, in order, without the classifier's. */
    public Map<String, Tensor> parameters() {
        return Collections.unmodifiableMap(parameters);
    }
}
