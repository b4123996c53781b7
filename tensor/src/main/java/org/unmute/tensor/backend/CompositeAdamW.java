package org.unmute.tensor.backend;

import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Unary;

/** {@link Backend#adamW} composed of elementwise operations, with a workspace of twice the parameter's size. */
record CompositeAdamW(Backend backend, double rate, double beta1, double beta2, double eps, double decay) {
    void step(View weight, View gradient, View m, View v, long step) {
        View t = backend.allocate(weight.dtype(), weight.shape());
        View u = backend.allocate(weight.dtype(), weight.shape());
        backend.affine(weight, 1 - rate * decay, 0, weight);
        backend.affine(gradient, 1 - beta1, 0, t);
        backend.affine(m, beta1, 0, m);
        backend.binary(Binary.ADD, m, t, m);
        backend.unary(Unary.SQUARE, 0, 0, gradient, t);
        backend.affine(t, 1 - beta2, 0, t);
        backend.affine(v, beta2, 0, v);
        backend.binary(Binary.ADD, v, t, v);
        backend.unary(Unary.SQRT, 0, 0, v, t);
        backend.affine(t, 1 / Math.sqrt(1 - Math.pow(beta2, step)), eps, t);
        backend.affine(m, rate / (1 - Math.pow(beta1, step)), 0, u);
        backend.binary(Binary.DIV, u, t, u);
        backend.binary(Binary.SUB, weight, u, weight);
        View.close(t, u);
    }
}
