package org.unmute.tensor.optim;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * An optimizer that updates each parameter by itself, from its gradient and from tensors of its shape that are carried
 * from step to step, its moments. Subclasses name the moments, which start as zeros, and write {@link #update}; rates,
 * groups, checks and the state are the same for all. Create it in the {@link TensorScope} of the parameters. Not
 * thread-safe.
 */
public abstract class MomentOptimizer implements Optimizer {
    private static final String STEP = "step";

    private final List<ParameterGroup> groups;
    private final Schedule schedule;
    private final SequencedMap<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Map<String, Tensor>> moments = new LinkedHashMap<>();
    private long steps;

    /**
     * @param schedule of the rates of all groups
     * @param moments names of the moments
     * @throws IllegalArgumentException if a parameter is in two groups
     */
    protected MomentOptimizer(List<ParameterGroup> groups, Schedule schedule, String... moments) {
        this.groups = List.copyOf(groups);
        this.schedule = schedule;
        for (ParameterGroup group : groups) {
            group.parameters().forEach((name, p) -> {
                if (parameters.put(name, p) != null) {
                    throw new IllegalArgumentException("optimizer: parameter " + name + " is in two groups");
                }
            });
        }
        for (String moment : moments) {
            Map<String, Tensor> byName = new LinkedHashMap<>();
            parameters.forEach((name, p) -> byName.put(name, p.zerosLike()));
            this.moments.put(moment, byName);
        }
    }

    @Override
    public final SequencedMap<String, Tensor> parameters() {
        return Collections.unmodifiableSequencedMap(parameters);
    }

    @Override
    public final void step(Gradients gradients) {
        parameters.forEach((name, p) -> {
            Tensor g = gradients.get(name);
            if (!g.shape().equals(p.shape()) || g.dtype() != p.dtype() || g.backend() != p.backend()) {
                throw new IllegalArgumentException("optimizer: gradient of " + name + " is " + g.describe()
                        + ", the parameter is " + p.describe());
            }
        });
        Grad.withoutRecording(() -> {
            for (ParameterGroup group : groups) {
                double rate = schedule.rate(group.rate(), steps);
                group.parameters().forEach((name, p) -> {
                    try (TensorScope _ = new TensorScope()) {
                        update(name, p, gradients.get(name), rate, group.decay());
                    }
                });
            }
            return null;
        });
        steps++;
    }

    /**
     * Updates one parameter and its moments, without recording and in a separate scope.
     *
     * @param parameter to be changed by {@link Tensor#assign} on its {@link Tensor#detach detached} view
     * @param gradient in its shape; not to be changed, since two parameters may share it
     * @param rate of this step
     * @param decay the weight decay of its group
     */
    protected abstract void update(String name, Tensor parameter, Tensor gradient, double rate, double decay);

    /** A moment of a parameter, to be changed by {@link Tensor#assign}. */
    protected final @Nullable Tensor moment(String moment, String name) {
        return moments.get(moment).get(name);
    }

    @Override
    public final long steps() {
        return steps;
    }

    @Override
    public final double rate(int group) {
        return schedule.rate(groups.get(group).rate(), steps);
    }

    /**
     * {@inheritDoc} They are {@code step} ({@code I32 [1]}) and the moments of each parameter as {@code moment.name}.
     */
    @Override
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        moments.forEach((moment, byName) -> byName.forEach((name, t) -> {
            state.put(moment + "." + name, t.copy());
            state.putIfAbsent(STEP, Tensor.of(t.backend(), new int[] {Math.toIntExact(steps)}, 1));
        }));
        return state;
    }

    @Override
    public final void restore(Map<String, Tensor> state) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        moments.forEach((moment, byName) -> byName.forEach((name, t) -> own.put(moment + "." + name, t)));
        Set<String> expected = new TreeSet<>(own.keySet());
        expected.add(STEP);
        if (!expected.equals(state.keySet())) {
            Set<String> missing = new TreeSet<>(expected);
            missing.removeAll(state.keySet());
            Set<String> unknown = new TreeSet<>(state.keySet());
            unknown.removeAll(expected);
            throw new IllegalArgumentException(
                    "optimizer: the state belongs to other parameters: missing " + missing + ", unknown " + unknown);
        }
        Tensor step = state.get(STEP);
        if (step.dtype() != DType.I32 || step.shape().elements() != 1 || step.item() < 0) {
            throw new IllegalArgumentException("optimizer: step must be one I32 number from 0, is " + step.describe());
        }
        own.forEach((name, t) -> {
            Tensor saved = state.get(name);
            if (!saved.shape().equals(t.shape()) || saved.dtype() != t.dtype()) {
                throw new IllegalArgumentException("optimizer: " + name + " is saved as " + saved.dtype()
                        + saved.shape() + ", needed is " + t.dtype() + t.shape());
            }
        });
        own.forEach((name, t) -> t.assign(state.get(name)));
        steps = (long) step.item();
    }
}
