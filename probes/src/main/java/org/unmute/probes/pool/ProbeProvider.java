package org.unmute.probes.pool;

import java.util.List;

/**
 * Adds probes. {@link java.util.ServiceLoader} finds it: in a jar on the class path by a line in
 * {@code META-INF/services/org.unmute.probes.pool.ProbeProvider}, in a module by {@code provides}. The command line,
 * the benchmark and {@link TrainedProbe#open} know the probes of all providers. Those that come with Unmute are in
 * {@link org.unmute.probes.pool.standard.StandardProbes}.
 *
 * <p>A provider has a public constructor without parameters, and its methods are cheap and never throw.
 */
public interface ProbeProvider {
    /** The probes it adds, in the order in which they are listed. */
    List<ProbeType> probes();
}
