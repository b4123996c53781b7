package org.unmute.probes.pool;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.nn.Initializer;

/**
 * What a probe is made from. Its parameters are drawn if the probe is to be trained; else they are given, and their
 * shapes determine the probe's sizes. Either way the probe asks for each by name, so that one constructor serves both.
 *
 * <p>Options are asked for by name, too, and there is no other way to read one: what was asked for, with the value in
 * force, is what the probe states ({@link #inForce}) and what is saved. A probe is refused if an option was given that
 * its constructor did not ask for, or if it does not state what it asked for.
 */
public final class ParameterSource {
    private final String name;
    /** Null if parameters are given. */
    private final @Nullable TokenLayout layout;

    private final boolean hasCls;
    private final int classes;
    /** As given, and where nothing is given, as a preset has it. */
    private ProbeOptions options;
    /** Null if parameters are given. */
    private final @Nullable Initializer init;
    /** Null if parameters are drawn. */
    private final @Nullable ParameterMap given;

    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Set<String> buffers = new LinkedHashSet<>();
    private final Set<String> asked = new HashSet<>();
    private ProbeOptions inForce = ProbeOptions.DEFAULTS;

    /** Of a probe to be trained. */
    ParameterSource(String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init) {
        this(name, layout, layout.cls(), classes, options, init, null);
    }

    /** Of a probe whose parameters are given. */
    ParameterSource(String name, boolean hasCls, ProbeOptions options, ParameterMap given) {
        this(name, null, hasCls, 0, options, null, given);
    }

    private ParameterSource(
            String name,
            @Nullable TokenLayout layout,
            boolean hasCls,
            int classes,
            ProbeOptions options,
            @Nullable Initializer init,
            @Nullable ParameterMap given) {
        this.name = name;
        this.layout = layout;
        this.hasCls = hasCls;
        this.classes = classes;
        this.options = options;
        this.init = init;
        this.given = given;
    }

    /** Name of the {@link ProbeType}. */
    public String name() {
        return name;
    }

    /** The options asked for so far with their values in force. */
    public ProbeOptions inForce() {
        return inForce;
    }

    /** {@link ProbeOptions#choice} */
    public String choice(String option, String... allowed) {
        return inForce(option, options.choice(option, allowed));
    }

    /**
     * An option that is younger than the probes that have it: it is stated, and so saved, only where its value is not
     * the default, so that files of probes without it stay as they were.
     *
     * @param allowed its values, the default first
     */
    public String addition(String option, String... allowed) {
        String value = options.choice(option, allowed);
        asked.add(option);
        return value.equals(allowed[0]) ? value : inForce(option, value);
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
        asked.add(option);
        inForce = inForce.with(option, value);
        return value;
    }

    /**
     * An option whose values choose the defaults of others. It is not saved, since those that it chooses are; so its
     * value is not stated. Ask for it before the others.
     *
     * @param plain the default, which changes nothing
     * @param presets the other values, each with the options that are its defaults
     * @throws IllegalArgumentException if the option has another value
     */
    public void preset(String option, String plain, Map<String, ProbeOptions> presets) {
        asked.add(option);
        String[] allowed = Stream.concat(
                        Stream.of(plain), presets.keySet().stream().sorted())
                .toArray(String[]::new);
        ProbeOptions defaults = presets.get(options.choice(option, allowed));
        if (defaults != null) {
            Map<String, String> all = new HashMap<>(defaults.values());
            all.putAll(options.values());
            options = new ProbeOptions(all);
        }
    }

    /**
     * Another value for an option that was asked for, where something else decides in the end: two values may mean the
     * same for some sizes, and saved probes state one of them.
     *
     * @throws IllegalStateException if the option was not asked for
     */
    public void settle(String option, Object value) {
        if (!inForce.has(option)) {
            throw new IllegalStateException("probe " + name + ": option " + option + " was not asked for");
        }
        inForce = inForce.with(option, value);
    }

    /** Whether tokens come with a cls token. */
    public boolean hasCls() {
        return hasCls;
    }

    /**
     * The tokens that a fresh probe will see. What depends on them is an option or in the shape of a parameter, so that
     * an opened probe has it, too.
     *
     * @throws IllegalStateException if parameters are given: only {@link #hasCls} is known then
     */
    public @Nullable TokenLayout layout() {
        requireFresh("the layout of tokens");
        return layout;
    }

    /**
     * Number of classes of a fresh probe.
     *
     * @throws IllegalStateException if parameters are given: their shapes tell it
     */
    public int classes() {
        requireFresh("the number of classes");
        return classes;
    }

    private void requireFresh(String what) {
        if (given != null) {
            throw new IllegalStateException("probe " + name + ": " + what + " is known of a fresh probe only: the class"
                    + " must ask if isGiven() is false, and keep what depends on it as an option or in the shape of a"
                    + " parameter");
        }
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
        return givenSize(option, givenSize(parameter, rank, axis));
    }

    /**
     * A size that the shapes of given parameters determine in another way than {@link #size} knows; the option must
     * agree.
     *
     * @throws IllegalArgumentException if the option is given with another value
     */
    public int givenSize(String option, int size) {
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
        buffers.add(buffer);
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

    /** Lists these parameters before those requested earlier. */
    public void list(String... first) {
        Arrays.asList(first).forEach(p -> parameters.put(p, null));
    }

    /** The parameters asked for, in order, without the classifier's. */
    public Map<String, Tensor> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /**
     * Checks a probe that was made from this: nothing that was given is lost, and nothing that it was made from.
     *
     * @throws IllegalArgumentException naming what it did not ask for or does not state
     */
    void requireStated(Probe probe) {
        for (Map.Entry<String, String> option : options.values().entrySet()) {
            if (!asked.contains(option.getKey())) {
                throw new IllegalArgumentException("probe " + name + ": option " + option.getKey() + "="
                        + option.getValue() + " does not apply to this probe, which did not ask for it"
                        + (inForce.values().isEmpty() ? "" : "; it has " + inForce) + ": leave it out");
            }
        }
        if (!probe.options().equals(inForce)) {
            throw new IllegalArgumentException("probe " + name + ": it was made with options [" + inForce
                    + "], but options() states [" + probe.options() + "], and what it does not state is not saved:"
                    + " the class must ask for all options before it calls super(source, ...), and leave options()"
                    + " as it is or return inForce() of its source");
        }
        requireAll("parameters()", parameters.keySet(), probe.parameters().keySet());
        requireAll("buffers()", buffers, probe.buffers().keySet());
    }

    private void requireAll(String method, Set<String> drawn, Set<String> stated) {
        for (String one : drawn) {
            if (!stated.contains(one)) {
                throw new IllegalArgumentException("probe " + name + ": it was made with " + one + ", but " + method
                        + " states " + stated + ", and what it does not state is not saved: the class must ask for all"
                        + " parameters before it calls super(source, ...), and return its buffers");
            }
        }
    }
}
