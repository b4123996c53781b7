package org.unmute.bench.peers;

import java.io.IOException;

/** Intel's math library, which picks its kernels by the processor's maker. */
public final class Mkl extends CBlas {
    /** Sets the number of threads. */
    public Mkl(int threads) throws IOException {
        super("mkl-", "libmkl_rt", "MKL_Set_Num_Threads", threads);
    }

    @Override
    public String describe() {
        return "MKL (oneAPI) from bytedeco";
    }
}
