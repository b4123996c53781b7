package org.unmute.probes.pool.standard;

import java.util.List;
import org.unmute.probes.pool.ProbeProvider;
import org.unmute.probes.pool.ProbeType;

/**
 * The probes that come with Unmute: those of the paper (arXiv 2509.24901) and of its follow-up (arXiv 2602.16305), and
 * {@code knn}.
 */
public final class StandardProbes implements ProbeProvider {
    /** For the service loader. */
    public StandardProbes() {}

    @Override
    public List<ProbeType> probes() {
        return List.of(
                LinearProbe.CLS_TYPE,
                LinearProbe.MEAN_TYPE,
                MlpProbe.TYPE,
                MlpTimeProbe.TYPE,
                LinearConcatProbe.CLS_MEAN_TYPE,
                LinearConcatProbe.FREQ_CONCAT_TYPE,
                ConvProbe.TYPE,
                LinpreProbe.TYPE,
                MhcaProbe.TYPE,
                EfficientProbe.TYPE,
                SimPoolProbe.TYPE,
                AbmilpProbe.PLAIN_TYPE,
                AbmilpProbe.SELF_ATTENTION_TYPE,
                ProtoProbe.TYPE,
                ProtobinProbe.BINARY_TYPE,
                ProtobinProbe.FLOAT_TYPE,
                CgpProbe.TYPE,
                LinearLayersProbe.MIXED_TYPE,
                LinearLayersProbe.JOINED_TYPE,
                KnnProbe.TYPE);
    }
}
