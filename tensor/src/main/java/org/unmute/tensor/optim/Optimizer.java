package org.unmute.tensor.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Updates parameters in place from their gradients. Its state (moments and number of steps) can be saved and restored
 * by name, so that an interrupted training run continues as if it had not been interrupted. Create it in the {@link
 * TensorScope} of the parameters. Not thread-safe.
 */
public abstract sealed class Optimizer permits AdamW, Sgd {
    private static final String STEP = "step";

    private final List<ParameterGroup> groups;
    private final Schedule schedule;
    private final Map<String, Map<String, Tensor>> moments = new LinkedHashMap<>();
    private long steps;

    Optimizer(List<ParameterGroup> groups, Schedule schedule, String... moments) {
        this.groups = List.copyOf(groups);
        this.schedule = schedule;
        for (String moment : moments) {
            Map<String, Tensor> byName = new LinkedHashMap<>();
            for (ParameterGroup group : groups) {
                group.parameters().forEach((name, p) -> {
                    if (byName.put(name, p.zerosLike()) != null) {
                        throw new IllegalArgumentException("optimizer: parameter " + name + " is in two groups");
                    }
                });
            }
            this.moments.put(moment, byName);
        }
    }

    /**
     * Takes one step, which modifies the parameters in place.
     *
     * @param gradients one for every parameter, in its shape
     */
    public final void step(Gradients gradients) {
        for (ParameterGroup group : groups) {
            group.parameters().forEach((name, p) -> {
                Tensor g = gradients.get(name);
                if (!g.shape().equals(p.shape()) || g.dtype() != p.dtype() || g.backend() != p.backend()) {
                    throw new IllegalArgumentException(
                            "optimizer: gradient of " + name + " is " + g + ", the parameter is " + p);
                }
            });
        }
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

    /** Updates one parameter and its moments. */
    abstract void update(String name, Tensor parameter, Tensor gradient, double rate, double decay);

    final Tensor moment(String moment, String name) {
        return moments.get(moment).get(name);
    }

    /** Steps taken so far. */
    public final long steps() {
        return steps;
    }

    /** The learning rate that the next step uses for a group. */
    public final double rate(int group) {
        return schedule.rate(groups.get(group).rate(), steps);
    }

    /** A copy of the state: {@code step} ({@code I32 [1]}) and the moments of each parameter as {@code moment.name}. */
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        moments.forEach((moment, byName) -> byName.forEach((name, t) -> {
            state.put(moment + "." + name, t.copy());
            state.putIfAbsent(STEP, Tensor.of(t.backend(), new int[] {Math.toIntExact(steps)}, 1));
        }));
        return state;
    }

    /**
     * Restores a {@linkplain #state() saved state}, either completely or not at all.
     *
     * @throws IllegalArgumentException if names, types or shapes do not match this optimizer's parameters
     */
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
            throw new IllegalArgumentException("optimizer: step must be one I32 number from 0, is " + step);
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
