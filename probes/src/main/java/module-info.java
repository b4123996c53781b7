/** Probes on frozen token maps: pooling, losses, metrics, training, the token cache. */
module org.unmute.probes {
    requires transitive org.unmute.models;

    exports org.unmute.probes.cache;
    exports org.unmute.probes.data;
    exports org.unmute.probes.data.set;
    exports org.unmute.probes.loss;
    exports org.unmute.probes.metric;
    exports org.unmute.probes.pool;
    exports org.unmute.probes.pretrain;
    exports org.unmute.probes.protocol;
    exports org.unmute.probes.scene;
    exports org.unmute.probes.search;
    exports org.unmute.probes.train;
}
