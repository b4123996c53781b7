package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * A thread asks for the current backend while another closes it: no backend is leaked, which would keep its threads
 * alive.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Closed once, or still the current one.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A backend is open that nobody can close, or was closed twice.")
@State
public class HeavyBackends {
    private Backend found;

    @Actor
    public void use() {
        found = Backends.current();
    }

    @Actor
    public void close() {
        Backends.close();
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = found.isClosed() || found == Backends.current() ? 1 : 0;
        r.r2 = ((StressBackend) found).closings() <= 1 ? 1 : 0;
    }
}
