/** The interface of an engine that is timed, and the worker process that runs one and takes its orders line by line. */
package org.unmute.bench.peer;
