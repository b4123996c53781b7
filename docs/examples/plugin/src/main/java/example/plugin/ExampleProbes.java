package example.plugin;

import java.util.List;
import org.unmute.probes.pool.ProbeProvider;
import org.unmute.probes.pool.ProbeType;

/** The probes of this jar. */
public final class ExampleProbes implements ProbeProvider {
    /** For the service loader. */
    public ExampleProbes() {}

    @Override
    public List<ProbeType> probes() {
        return List.of(GemProbe.TYPE);
    }
}
