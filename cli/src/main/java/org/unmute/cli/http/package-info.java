/** What a server of this machine reads and sends: heads of HTTP/1 requests, and connections that are bounded. */
package org.unmute.cli.http;
