package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.unmute.probes.cache.TokenCache;

/** Two threads look up and read clips of one open cache. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both read what was written.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A clip was not found, or its tokens were wrong.")
@State
public class TwoReaders {
    private static final TokenCache CACHE = SharedCache.open();

    @Actor
    public void one(II_Result r) {
        r.r1 = SharedCache.read(CACHE, 1);
    }

    @Actor
    public void two(II_Result r) {
        r.r2 = SharedCache.read(CACHE, 2);
    }
}
