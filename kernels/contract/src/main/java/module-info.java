/** The test suite that every backend must pass. */
module org.unmute.kernels.contract {
    requires transitive org.unmute.tensor;
    requires transitive org.junit.jupiter.api;
    requires com.fasterxml.jackson.databind;
    // Needed by the record of tests, which only JUnit's launcher loads.
    requires static org.junit.platform.launcher;

    exports org.unmute.kernels.contract;
    exports org.unmute.kernels.contract.fault;
    exports org.unmute.kernels.contract.golden;
}
