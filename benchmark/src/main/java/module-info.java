/** Grids of experiments, hyper-parameter search, the evaluation protocol, results and checks of output folders. */
module org.unmute.benchmark {
    requires transitive org.unmute.events;
    requires com.fasterxml.jackson.dataformat.toml;

    exports org.unmute.benchmark;
    exports org.unmute.benchmark.check;
    exports org.unmute.benchmark.grid;
    exports org.unmute.benchmark.protocol;
    exports org.unmute.benchmark.results;
    exports org.unmute.benchmark.run;
    exports org.unmute.benchmark.search;
}
