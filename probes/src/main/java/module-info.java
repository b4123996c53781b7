/** Probes on frozen token maps: pooling, losses, training, scoring, the token cache. */
module org.unmute.probes {
    requires transitive org.unmute.models;
    requires static org.jspecify;

    exports org.unmute.probes.cache;
    exports org.unmute.probes.cache.files;
    exports org.unmute.probes.decision;
    exports org.unmute.probes.event;
    exports org.unmute.probes.loss;
    exports org.unmute.probes.pool;
    exports org.unmute.probes.pool.standard;
    exports org.unmute.probes.score;
    exports org.unmute.probes.stretch;
    exports org.unmute.probes.truth;
    exports org.unmute.probes.vector;
    exports org.unmute.probes.train;

    uses org.unmute.probes.pool.ProbeProvider;

    provides org.unmute.probes.pool.ProbeProvider with
            org.unmute.probes.pool.standard.StandardProbes;
}
