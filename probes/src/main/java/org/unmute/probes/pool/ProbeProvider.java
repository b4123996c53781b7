package org.unmute.probes.pool;

import java.util.List;

/**
 * Registers probes through {@link java.util.ServiceLoader}: a jar on the class path names the provider in {@code
 * META-INF/services/org.unmute.probes.pool.ProbeProvider}, a module declares it with {@code provides}. The command
 * line, the benchmark and {@link TrainedProbe#open} know the probes of all providers. {@link
 * org.unmute.probes.pool.standard.StandardProbes} has those that come with Unmute.
 *
 * <p>A provider has a public constructor without parameters. Its methods are cheap and never throw.
 */
public interface ProbeProvider {
    /** The probes to register, in the order in which they are listed. */
    List<ProbeType> probes();
}
