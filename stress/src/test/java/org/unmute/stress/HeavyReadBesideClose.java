package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.unmute.probes.cache.TokenCache;

/**
 * A cache is closed while it is being read, contrary to its documentation: one side gets an exception, but freed memory
 * is never read.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Read, then closed.")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "Closed, so reading is refused.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "Read, so closing is refused.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Wrong tokens, or refused on both sides.")
@State
public class HeavyReadBesideClose {
    private final TokenCache cache = SharedCache.open();

    @Actor
    public void read(II_Result r) {
        r.r1 = SharedCache.read(cache, 3);
    }

    @Actor
    public void close(II_Result r) {
        r.r2 = SharedCache.close(cache);
    }

    /** Closes the cache if closing was refused before. */
    @Arbiter
    public void after(II_Result r) {
        if (r.r2 == 2) {
            SharedCache.close(cache);
        }
    }
}
