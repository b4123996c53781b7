package org.unmute.probes.pool.standard;

import java.util.List;
import org.unmute.probes.pool.ProbeProvider;
import org.unmute.probes.pool.ProbeType;

/** The probes that come with Unmute: those of the paper (arXiv 2509.24901) and of its follow-up (arXiv 2602.16305). */
public final class StandardProbes implements ProbeProvider {
    /** For the service loader. */
    public StandardProbes() {}

    @Override
    public List<ProbeType> probes() {
        return List.of(
                new ProbeType(LinearProbe.CLS, LinearProbe.OPTIONS, LinearProbe::fresh, LinearProbe::of),
                new ProbeType(LinearProbe.MEAN, LinearProbe.OPTIONS, LinearProbe::fresh, LinearProbe::of),
                new ProbeType(MlpProbe.NAME, MlpProbe.OPTIONS, MlpProbe::fresh, MlpProbe::of),
                new ProbeType(
                        LinearConcatProbe.CLS_MEAN,
                        LinearConcatProbe.CLS_MEAN_OPTIONS,
                        LinearConcatProbe::fresh,
                        LinearConcatProbe::of),
                new ProbeType(
                        LinearConcatProbe.FREQ_CONCAT,
                        LinearConcatProbe.FREQ_CONCAT_OPTIONS,
                        LinearConcatProbe::fresh,
                        LinearConcatProbe::of),
                new ProbeType(ConvProbe.NAME, ConvProbe.OPTIONS, ConvProbe::fresh, ConvProbe::of),
                new ProbeType(LinpreProbe.NAME, LinpreProbe.OPTIONS, LinpreProbe::fresh, LinpreProbe::of),
                new ProbeType(MhcaProbe.NAME, MhcaProbe.OPTIONS, MhcaProbe::fresh, MhcaProbe::of),
                new ProbeType(EfficientProbe.NAME, EfficientProbe.OPTIONS, EfficientProbe::fresh, EfficientProbe::of),
                new ProbeType(SimPoolProbe.NAME, SimPoolProbe.OPTIONS, SimPoolProbe::fresh, SimPoolProbe::of),
                new ProbeType(AbmilpProbe.PLAIN, AbmilpProbe.PLAIN_OPTIONS, AbmilpProbe::fresh, AbmilpProbe::of),
                new ProbeType(
                        AbmilpProbe.SELF_ATTENTION,
                        AbmilpProbe.SELF_ATTENTION_OPTIONS,
                        AbmilpProbe::fresh,
                        AbmilpProbe::of),
                new ProbeType(ProtoProbe.NAME, ProtoProbe.OPTIONS, ProtoProbe::fresh, ProtoProbe::of).withPrototypes(),
                new ProbeType(ProtobinProbe.BINARY, ProtobinProbe.OPTIONS, ProtobinProbe::fresh, ProtobinProbe::of)
                        .withPrototypes(),
                new ProbeType(ProtobinProbe.FLOAT, ProtobinProbe.OPTIONS, ProtobinProbe::fresh, ProtobinProbe::of)
                        .withPrototypes(),
                new ProbeType(CgpProbe.NAME, CgpProbe.OPTIONS, CgpProbe::fresh, CgpProbe::of)
                        .withPrototypes()
                        .withLayers());
    }
}
