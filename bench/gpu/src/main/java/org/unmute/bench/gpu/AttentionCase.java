package org.unmute.bench.gpu;

import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/** Scaled dot-product attention of every token to every token. */
record AttentionCase(int batch, int heads, int tokens, int depth) implements Case {
    @Override
    public String name() {
        return "attention [" + batch + ", " + heads + ", " + tokens + ", " + depth + "]";
    }

    @Override
    public String order() {
        return "attention batch=" + batch + " heads=" + heads + " tokens=" + tokens + " depth=" + depth;
    }

    @Override
    public double operations() {
        return 4.0 * batch * heads * tokens * tokens * depth;
    }

    @Override
    public double bytes() {
        return 16.0 * batch * heads * tokens * depth;
    }

    @Override
    public double tolerance() {
        return 1e-4;
    }

    @Override
    public Work open(Backend backend) {
        ViewWork w = new ViewWork(backend);
        View q = w.input("q", batch, heads, tokens, depth);
        View k = w.input("k", batch, heads, tokens, depth);
        View v = w.input("v", batch, heads, tokens, depth);
        View y = w.result("y", DType.F32, batch, heads, tokens, depth);
        double scale = 1 / Math.sqrt(depth);
        return w.calling(() -> backend.attention(q, k, v, null, scale, y));
    }
}
