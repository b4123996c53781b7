package org.unmute.bench.peers;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;

/** Intel's math library, which picks its kernels by the processor's maker. */
public final class Mkl extends CBlas {
    /** Sets the number of threads. */
    public Mkl(int threads) throws IOException {
        super("mkl-", "libmkl_rt");
        try {
            function("MKL_Set_Num_Threads", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(threads);
        } catch (Throwable e) {
            throw new IOException("MKL does not take its number of threads", e);
        }
    }

    @Override
    public String describe() {
        return "MKL (oneAPI) from bytedeco";
    }
}
