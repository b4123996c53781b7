package org.unmute.probes.pool;

import java.util.function.Function;
import org.unmute.tensor.nn.Initializer;

/**
 * Creates fresh and restored probes with one function. Checks that the function asks for everything given and states
 * all options used.
 */
record SourceMaker(Function<ParameterSource, Probe> maker) implements ProbeType.Fresh, ProbeType.Restored {
    @Override
    public Probe create(String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init) {
        return make(new ParameterSource(name, layout, classes, options, init));
    }

    @Override
    public Probe create(String name, boolean hasCls, ProbeOptions options, ParameterMap parameters) {
        return make(new ParameterSource(name, hasCls, options, parameters));
    }

    private Probe make(ParameterSource source) {
        Probe probe = maker.apply(source);
        source.requireStated(probe);
        return probe;
    }
}
